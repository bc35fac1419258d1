//! The rows of the escalation reference, section 2, and why some of them cannot be provoked over the wire.

/// Section and row ids. Sections 2.11 and 2.12 have no ids: their numbers stand for them.
pub(super) const ROWS: &[(&str, &[&str])] = &[
    ("2.2 client-side", &["A1", "A2", "A3", "A4", "A5", "A6", "A7", "A8", "A9", "A10", "A11", "A12"]),
    ("2.3 the grant", &["B1", "B2", "B3", "B4", "B5", "B6", "B7", "B8", "B9", "B10", "B11", "B12", "B13", "B14"]),
    ("2.4 consent", &["C1", "C2", "C3", "C4", "C5", "C6", "C7", "C8", "C9", "C10", "C11", "C12", "C13"]),
    (
        "2.5 Conditional Access",
        &[
            "D1", "D2", "D3", "D4", "D5", "D6", "D7", "D8", "D9", "D10", "D11", "D12", "D13", "D14", "D15", "D16",
            "D17", "D18",
        ],
    ),
    ("2.6 account", &["E1", "E2", "E3", "E4", "E5", "E6", "E7"]),
    ("2.7 the API", &["F1", "F2", "F3", "F4", "F5", "F6", "F7"]),
    ("2.8 authorize", &["G1", "G2", "G3", "G4", "G5", "G6", "G7", "G8", "G9", "G10"]),
    ("2.9 redemption", &["H1", "H2", "H3", "H4", "H5", "H6", "H7"]),
    ("2.10 device code", &["I1", "I2", "I3", "I4", "I5", "I6", "I7", "I8"]),
    (
        "2.11 configuration and protocol",
        &[
            "700016", "700038", "7000112", "7000215", "7000222", "7000218", "700025", "700027", "500011", "50001",
            "650052", "650054", "70011", "28000", "28002", "28003", "700022", "700023", "70003", "900144", "90014",
            "9002313", "900561", "90010", "9001023", "900382", "50011", "50194", "90002", "700054", "70005", "70007",
        ],
    ),
    (
        "2.12 load and outage",
        &["429", "5xx", "90033", "90006", "90012", "90024", "50033", "50087", "50196", "90055", "network"],
    ),
];

/// Rows that no request provokes, and why.
pub(super) const EXCUSES: &[(&str, &str)] = &[
    ("A1", "the client decides it without a request; client/tests/it/silent.rs has it"),
    (
        "A2",
        "the client decides it without a request; the reference client takes accounts, not hints, for silent requests",
    ),
    ("A3", "the client decides it without a request; client/src/escalation.rs has its action"),
    ("A4", "operating-system accounts need a broker, which the reference client says it does not support"),
    ("A5", "the client decides it without a request; client/tests/it/silent.rs has it"),
    ("A6", "an option of confidential MSAL clients; the reference says that it is no desktop case"),
    ("A7", "a defect of a cache; client/src/escalation.rs has its action"),
    ("A8", "the client decides it without a request; client/src/claims.rs has it"),
    ("A9", "the client decides it without a request; client/tests/it/throttle.rs has it, and scenario main-08"),
    ("A10", "the client decides it when the answer is another user's; client/src/escalation.rs has its action"),
    ("A11", "the client decides it without a request; client/tests/it/silent.rs has it"),
    ("A12", "the client decides it without a request; client/tests/it/silent.rs has it"),
    ("G10", "a closed tab sends nothing; scenario `closed-window` and the virtual user's `cancel_at` show it"),
    (
        "network",
        "nothing is answered; client/tests/it/hostile.rs has the client's side, faults with `drop` the server's",
    ),
];

/// Numbers that are seen elsewhere than in an answer of this table, and where.
pub(super) const ELSEWHERE: &[(u32, &str)] = &[
    (50072, "an interrupt of the pages and never an error; the page that registers a method stands for it"),
    (50074, "the sentence of the one-time code page; case D5 looks for it there"),
    (70018, "the sentence of /deviceauth; tests/it/grants/device_code.rs types a wrong code"),
    (700_024, "needs a signed assertion; tests/it/grants has it"),
];
