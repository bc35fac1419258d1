//! The catalogue against a second list of the same facts, written from the tables of the escalation reference row by row,
//! so that a slip in one of the two shows.

use std::collections::{HashMap, HashSet};

use super::{Aadsts, Row, Table};

/// Table by table: the row of the reference, then `number error suberror status error_uri claims`, with `-` for what is
/// absent. Where the reference gives a number alone, the rest is what 2.1 says of its kind.
const FACTS: &str = "
B1   700082  invalid_grant bad_token 400 uri -
B2   70043   invalid_grant token_expired 400 - -
B3   50173   invalid_grant bad_token 400 uri -
B4   700084  invalid_grant bad_token 400 uri -
B5   700081  invalid_grant - 400 uri -
B6   9002313 invalid_grant bad_token 400 uri -
B6   70000   invalid_grant - 400 uri -
B7   50132   invalid_grant bad_token 400 uri -
B7   50133   invalid_grant bad_token 400 uri -
B8   50055   invalid_grant user_password_expired 400 uri -
B8   50144   invalid_grant user_password_expired 400 uri -
B9   50057   invalid_grant - 400 uri -
B10  50034   invalid_grant bad_token 400 uri -
B10  51004   invalid_grant bad_token 400 uri -
B11  50053   invalid_grant - 400 uri -
B13  50155   device_authentication_failed device_authentication_failed 400 uri -
B14  9002341 invalid_grant - 400 uri -
C1   65001   invalid_grant consent_required 400 - claims
C5   90094   access_denied - 400 uri -
C5   90093   access_denied - 400 uri -
C5   900941  access_denied - 400 uri -
C6   90095   access_denied - 400 uri -
C6   900981  access_denied - 400 uri -
C8   65004   access_denied - 400 - -
C10  650057  invalid_client - 400 - -
C10  650056  invalid_client - 400 - -
C10  65005   invalid_client - 400 - -
C11  65002   invalid_client - 400 uri -
C12  90090   server_error - 500 uri -
C13  650053  invalid_client - 400 uri -
D1   50076   invalid_grant basic_action 400 uri claims
D3   50079   invalid_grant basic_action 400 uri claims
D3   50072   invalid_grant - 400 uri -
D4   50078   invalid_grant basic_action 400 uri claims
D5   50074   invalid_grant - 400 uri -
D6   50158   invalid_grant basic_action 400 uri claims
D7   53003   invalid_grant message_only 400 uri claims
D7   530032  invalid_grant message_only 400 uri claims
D7   530035  invalid_grant message_only 400 uri claims
D8   53000   invalid_grant additional_action 400 uri claims
D8   530001  invalid_grant additional_action 400 uri claims
D8   530002  invalid_grant additional_action 400 uri claims
D8   530003  invalid_grant additional_action 400 uri claims
D9   53001   invalid_grant additional_action 400 uri claims
D10  53002   invalid_grant message_only 400 uri claims
D11  53009   unauthorized_client protection_policy_required 400 uri claims
D11  53005   unauthorized_client protection_policy_required 400 uri claims
D12  53004   invalid_grant message_only 400 uri claims
D12  53011   invalid_grant message_only 400 uri claims
D12  50135   invalid_grant basic_action 400 uri claims
D12  50131   invalid_grant basic_action 400 uri claims
D13  53010   invalid_grant message_only 400 uri claims
D14  50129   invalid_grant additional_action 400 uri claims
D14  50127   invalid_grant additional_action 400 uri claims
D18  50097   invalid_grant - 401 uri -
E1   50105   invalid_grant - 400 uri claims
E2   50020   invalid_grant - 400 uri -
E2   90072   invalid_grant - 400 uri -
E2   500208  invalid_grant - 400 uri -
E3   500212  access_denied - 400 uri -
E3   500213  access_denied - 400 uri -
E4   500021  access_denied - 400 uri -
E4   500022  access_denied - 400 uri -
E5   16000   interaction_required - 400 uri -
E5   16001   interaction_required - 400 uri -
E6   90002   invalid_request - 400 uri -
E7   50194   invalid_request - 400 uri -
G1   50011   invalid_request - 400 uri -
G1   900971  invalid_request - 400 uri -
G2   50058   login_required - 400 uri -
H1   54005   invalid_grant - 400 uri -
H2   70008   invalid_grant - 400 uri -
H3   501481  invalid_grant - 400 uri -
H3   501491  invalid_grant - 400 uri -
H3   50147   invalid_request - 400 uri -
H4   500112  invalid_grant - 400 uri -
H5   700005  invalid_grant - 400 uri -
H6   28000   invalid_request - 400 uri -
H6   700022  invalid_request - 400 uri -
I1   70016   authorization_pending - 400 uri -
I3   70018   bad_verification_code - 400 uri -
I3   70019   bad_verification_code - 400 uri -
I4   70020   expired_token - 400 uri -
I6   50199   invalid_grant - 400 uri -
I7   90133   invalid_request - 400 uri -
I7   50059   invalid_request - 400 uri -
I8   50134   invalid_grant - 400 uri -
J    700016  unauthorized_client - 400 uri -
J    700038  unauthorized_client - 400 - -
J    7000112 unauthorized_client - 400 uri -
J    7000215 invalid_client - 401 uri -
J    7000222 invalid_client - 401 uri -
J    7000218 invalid_client - 401 uri claims
J    700025  invalid_client - 401 uri -
J    700027  invalid_client - 401 uri -
J    500011  invalid_resource - 400 uri -
J    50001   invalid_resource - 400 uri -
J    650052  invalid_resource - 400 uri -
J    650054  invalid_resource - 400 uri -
J    70011   invalid_scope - 400 uri -
J    28002   invalid_scope - 400 uri -
J    28003   invalid_scope - 400 uri -
J    700023  invalid_request - 400 uri -
J    70003   unsupported_grant_type - 400 uri -
J    900144  invalid_request - 400 uri -
J    90014   invalid_request - 400 uri -
J    900561  invalid_request - 405 uri -
J    90010   invalid_request - 400 uri -
J    9001023 invalid_request - 400 uri -
J    900382  invalid_request - 400 uri -
J    900432  invalid_request - 400 uri -
J    700054  unsupported_response_type - 400 uri -
J    70005   unsupported_response_type - 400 uri -
J    70007   invalid_request - 400 uri -
K    90033   temporarily_unavailable - 503 uri -
K    90006   temporarily_unavailable - 503 uri -
K    90012   temporarily_unavailable - 503 uri -
K    90024   temporarily_unavailable - 503 uri -
K    50033   temporarily_unavailable - 503 uri -
K    50087   temporarily_unavailable - 503 uri -
K    90055   temporarily_unavailable - 429 uri -
K    50196   invalid_grant - 400 uri -
2.1  50126   invalid_grant - 400 uri -
2.1  70002   invalid_client - 401 uri -
2.1  500133  invalid_grant - 400 uri -
4.8  50013   invalid_grant - 400 uri -
4.8  500131  invalid_grant - 400 uri -
4.8  7000114 invalid_grant - 400 uri -
3.5  90023   invalid_request - 400 uri -
wire 7000216 invalid_client - 401 uri -
wire 50049   invalid_instance - 400 uri -
none 700024  invalid_client - 401 uri -
none 9002326 invalid_request - 400 uri -
none 9002327 invalid_request - 400 - -
none 9000411 invalid_request - 400 uri -
none 90013   invalid_request - 400 uri -
none 90015   invalid_request - 413 uri -
none 165000  invalid_request - 400 uri -
";

/// The facts by number: the reference's row, and the rest of the line.
fn facts() -> HashMap<u32, (&'static str, [&'static str; 5])> {
    let lines: Vec<Vec<&str>> =
        FACTS.lines().filter(|line| !line.is_empty()).map(|line| line.split_whitespace().collect()).collect();
    let facts: HashMap<_, _> = lines
        .iter()
        .map(|line| {
            let [row, number, rest @ ..] = line.as_slice() else { panic!("{line:?}") };
            (number.parse().expect("a number"), (*row, rest.try_into().expect("five facts")))
        })
        .collect();
    assert_eq!(facts.len(), lines.len(), "a number has one line");
    facts
}

#[test]
fn every_number_has_one_row_and_is_as_the_reference_says() {
    let mut facts = facts();
    for code in Aadsts::ALL {
        let Row { number, error, suberror, status, error_uri, claims, .. } = code.row();
        let (_, expected) =
            facts.remove(number).unwrap_or_else(|| panic!("{number} is not among the facts, or twice here"));
        let status = status.to_string();
        let given = |is: &bool, word| if *is { word } else { "-" };
        let row = [error, suberror.unwrap_or("-"), status.as_str(), given(error_uri, "uri"), given(claims, "claims")];
        assert_eq!(row, expected, "{number}");
    }
    assert!(facts.is_empty(), "without a row: {facts:?}");
}

#[test]
fn every_row_names_its_row_of_the_reference() {
    let facts = facts();
    for code in Aadsts::ALL {
        let Row { number, reference, .. } = code.row();
        let (row, _) = facts[number];
        let named = if row == "none" {
            reference.contains("not in the reference")
        } else {
            reference.split([',', ';', ' ', '(']).any(|word| word == row)
        };
        assert!(named, "{number}: {row} in {reference:?}");
    }
}

#[test]
fn every_row_is_complete() {
    for code in Aadsts::ALL {
        let row = code.row();
        let number = row.number;
        for sentence in [row.text, row.cure, code.meaning()] {
            let begins =
                sentence.starts_with(|c: char| c.is_uppercase() || "'{".contains(c)) || sentence.starts_with("`");
            assert!(begins || sentence.starts_with("response_type"), "{number}: {sentence:?} begins as a sentence");
            assert!(sentence.ends_with('.'), "{number}: {sentence:?} ends as a sentence");
        }
        assert!(!row.provoke.is_empty() && !row.provoke.ends_with('.'), "{number}: goes on in a table");
        assert!((400..600).contains(&row.status), "{number}: an error status");
        assert!(!row.seen.is_empty(), "{number}: is seen somewhere");
    }
}

#[test]
fn every_table_has_rows_and_no_sentence_is_used_for_two_numbers() {
    let tables: HashSet<Table> = Aadsts::ALL.iter().map(|code| code.row().table).collect();
    assert_eq!(tables.len(), Table::ALL.len());
    let texts: HashSet<&str> = Aadsts::ALL.iter().map(|code| code.row().text).collect();
    assert_eq!(texts.len(), Aadsts::ALL.len());
}
