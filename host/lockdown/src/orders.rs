//! What the parent tells a worker at its birth, in its last argument.

use std::ffi::OsString;

use serde::{Deserialize, Serialize};

use crate::{Bounds, LayerReport};

const PREFIX: &str = "--lockdown=";

/// What the parent tells a worker at its birth: what it may use, and which namespaces it was born into.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Orders {
    /// What the process may use as a whole.
    pub bounds: Bounds,
    /// The namespaces, which only a parent can make, and why it could not.
    pub(crate) namespaces: Vec<LayerReport>,
}

impl Orders {
    /// The orders in the last of a program's arguments, if [`Child::spawn`](crate::Child::spawn) started it.
    pub fn from_args(args: impl IntoIterator<Item = OsString>) -> Option<Self> {
        let last = args.into_iter().last()?;
        serde_json::from_str(last.to_str()?.strip_prefix(PREFIX)?).ok()
    }

    pub(crate) fn to_arg(&self) -> OsString {
        let json = serde_json::to_string(self).expect("orders are numbers and text, which JSON can say");
        format!("{PREFIX}{json}").into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Layer, LayerState};

    #[track_caller]
    fn check(args: &[&str], expected: Option<&Orders>) {
        assert_eq!(Orders::from_args(args.iter().map(OsString::from)).as_ref(), expected);
    }

    #[test]
    fn orders_arrive_as_the_last_argument_or_not_at_all() {
        let off = LayerState::Off("they're \"forbidden\"\n".to_owned());
        let orders = Orders {
            bounds: Bounds { data_bytes: 1 << 30, cpu_seconds: 7, stack_bytes: 1 << 20 },
            namespaces: vec![LayerReport { layer: Layer::UserNamespace, state: off }],
        };
        let arg = orders.to_arg().into_string().unwrap();
        check(&["tito", "worker", &arg], Some(&orders));
        check(&["tito", &arg, "worker"], None);
        check(&["tito", "worker"], None);
        check(&["tito", "--lockdown={}"], None);
        check(&[], None);
    }
}
