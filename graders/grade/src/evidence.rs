//! Why a check ended as it did: what was asked, what came back, and a hint.

use std::{collections::BTreeMap, fmt};

use serde::{Deserialize, Serialize, Serializer};

/// Why a check ended as it did.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// One sentence: how many cases passed, or the accuracy that was reached.
    pub summary: String,
    /// How many cases were run.
    pub cases: u32,
    /// How many of them failed.
    pub failed: u32,
    /// The first failed cases, at most five, in the order in which they were run.
    pub failures: Vec<CaseEvidence>,
    /// What was measured, by name; units are in the names (`accuracy`, `fuel`, `memory_bytes`).
    pub measures: BTreeMap<String, Number>,
    /// What is better read as a table.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tables: Vec<Table>,
    /// What is better seen as a curve.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub plots: Vec<Plot>,
    /// What was seen of this machine, such as times. Another run sees something else, so that no score depends on it, and
    /// a report has it among its observations.
    #[serde(skip)]
    pub observed: Vec<Table>,
}

/// Columns of words and numbers under a title.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    /// What it shows.
    pub title: String,
    /// The name of every column.
    pub columns: Vec<String>,
    /// One value for every column.
    pub rows: Vec<Vec<String>>,
}

/// Curves over one axis.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Plot {
    /// What they show.
    pub title: String,
    /// What they run along, for example `epoch`; the first value is that of 1.
    pub along: String,
    /// The curves.
    pub series: Vec<Series>,
}

/// One curve.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Series {
    /// Whose it is.
    pub name: String,
    /// One after the other.
    pub values: Vec<Number>,
}

/// One failed case, told so that a student can find the bug.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CaseEvidence {
    /// What was asked: the layers and shapes, for example `dense 3 -> 2 with bias, input [4, 3]`.
    pub asked: String,
    /// What came back: a difference, a fault, a trap or a limit, as one sentence.
    pub came_back: String,
    /// The element that is furthest beyond its bound, where tensors of equal shape were compared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mismatch: Option<Mismatch>,
    /// What the cause probably is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<Hint>,
}

/// The element of an answer that is furthest beyond its bound.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Mismatch {
    /// Its index along every axis.
    pub index: Vec<u32>,
    /// What the oracle says.
    pub expected: Number,
    /// What came back.
    pub got: Number,
    /// The error as a multiple of the accepted bound; infinite where the bound is zero or the answer is NaN.
    pub times_bound: Number,
    /// How many elements are beyond their bound.
    pub wrong: u64,
    /// How many elements there are.
    pub of: u64,
}

/// A known misconception that explains an answer, or advice that does without a name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hint {
    /// The misconception's name, for example `weight-transposed`; empty for plain advice.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub misconception: String,
    /// One or two sentences for the student.
    pub advice: String,
}

/// A number that survives JSON: NaN and the infinities are written as the strings `NaN`, `inf` and `-inf`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Number(pub f64);

impl PartialEq for Number {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0 || (self.0.is_nan() && other.0.is_nan())
    }
}

impl From<f64> for Number {
    fn from(value: f64) -> Self {
        Self(value)
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let magnitude = self.0.abs();
        if magnitude == 0.0 || (1e-3..1e6).contains(&magnitude) {
            let digits = (6 - magnitude.max(1e-3).log10().floor() as i32).clamp(0, 9) as usize;
            let text = format!("{:.digits$}", self.0);
            let text =
                if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
            return f.pad(text);
        }
        if self.0.is_finite() { f.pad(&format!("{:.6e}", self.0)) } else { f.pad(&self.0.to_string()) }
    }
}

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            whole if whole.is_finite() && whole.fract() == 0.0 && whole.abs() < 2f64.powi(53) => {
                serializer.serialize_i64(whole as i64)
            }
            finite if finite.is_finite() => serializer.serialize_f64(finite),
            other => serializer.serialize_str(&other.to_string()),
        }
    }
}

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Written {
            Finite(f64),
            Other(String),
        }
        match Written::deserialize(deserializer)? {
            Written::Finite(value) => Ok(Self(value)),
            Written::Other(text) => text.parse().map(Self).map_err(serde::de::Error::custom),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_shown_with_seven_digits_at_most() {
        for (value, shown) in [
            (0.0, "0"),
            (1.0, "1"),
            (-0.25, "-0.25"),
            (1234.5678, "1234.568"),
            (1.0e9, "1.000000e9"),
            (1.5e-7, "1.500000e-7"),
            (100_000.0, "100000"),
            (f64::NAN, "NaN"),
            (f64::NEG_INFINITY, "-inf"),
        ] {
            assert_eq!(Number(value).to_string(), shown);
        }
    }
}
