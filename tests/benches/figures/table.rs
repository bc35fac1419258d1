//! The table of figures: what was measured, what is wanted, and what it was when the baseline was written.

use std::{collections::BTreeMap, env, fs, path::PathBuf};

/// One row.
pub(crate) struct Figure {
    /// What is measured.
    pub(crate) name: &'static str,
    /// Of each number.
    pub(crate) unit: &'static str,
    /// What is wanted of the median.
    pub(crate) target: Target,
    /// One number a round.
    pub(crate) samples: Vec<f64>,
    /// What a number is divided by to be the same on every machine, such as the time of one signature in this run; `None`
    /// for a number that is a ratio or a size already.
    pub(crate) yardstick: Option<f64>,
}

/// What is wanted of a figure.
#[derive(Clone, Copy)]
pub(crate) enum Target {
    /// Less than this.
    Under(f64),
    /// At least this.
    AtLeast(f64),
    /// Nothing; it is there to be compared with.
    None,
}

impl Figure {
    fn sorted(&self) -> Vec<f64> {
        let mut sorted = self.samples.clone();
        sorted.sort_by(f64::total_cmp);
        sorted
    }

    fn median(&self) -> f64 {
        let sorted = self.sorted();
        sorted.get(sorted.len() / 2).copied().unwrap_or(f64::NAN)
    }

    fn ratio(&self) -> f64 {
        self.median() / self.yardstick.unwrap_or(1.0)
    }

    fn is_met(&self) -> Option<bool> {
        match self.target {
            Target::Under(limit) => Some(self.median() < limit),
            Target::AtLeast(limit) => Some(self.median() >= limit),
            Target::None => None,
        }
    }
}

/// Prints the table; with `FIGURES=write` the baseline is written anew.
pub(crate) fn print(figures: &[Figure]) {
    let before = baseline();
    println!(
        "\n{:<66}{:>10}{:>20}  {:<6}{:>12}  {:<6} against the baseline",
        "figure", "median", "least to most", "", "target", ""
    );
    for figure in figures {
        let sorted = figure.sorted();
        let (least, most) = (sorted.first().copied().unwrap_or(f64::NAN), sorted.last().copied().unwrap_or(f64::NAN));
        let target = match figure.target {
            Target::Under(limit) => format!("< {limit}"),
            Target::AtLeast(limit) => format!(">= {limit}"),
            Target::None => String::new(),
        };
        let met = figure.is_met().map_or("", |met| if met { "met" } else { "MISSED" });
        let then = before.get(figure.name).map(|then| format!("x {:.2}", figure.ratio() / then)).unwrap_or_default();
        println!(
            "{:<66}{:>10.3}{:>20}  {:<6}{target:>12}  {met:<6} {then}",
            figure.name,
            figure.median(),
            format!("{least:.3} to {most:.3}"),
            figure.unit,
        );
    }
    if env::var_os("FIGURES").is_some_and(|value| value == "write") {
        let ratios: BTreeMap<_, _> = figures.iter().map(|figure| (figure.name, rounded(figure.ratio()))).collect();
        let text = serde_json::to_string_pretty(&ratios).expect("numbers");
        fs::write(path(), text + "\n").expect("the baseline is written");
        println!("\nwritten to {}", path().display());
    }
}

/// Four figures tell enough.
fn rounded(number: f64) -> f64 {
    format!("{number:.3e}").parse().unwrap_or(number)
}

fn baseline() -> BTreeMap<String, f64> {
    let text = fs::read_to_string(path()).unwrap_or_else(|_| "{}".to_owned());
    serde_json::from_str(&text).expect("a baseline of numbers")
}

fn path() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("benches/figures/baseline.json")
}
