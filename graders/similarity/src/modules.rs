//! The core modules in a component.

use wasmparser::{Encoding, Parser, Payload};

/// Beyond so many bytes a component is not read.
const MOST_BYTES: usize = 16 << 20;

/// The core modules in a component, those of components within it as well, in order; a core module is its own.
/// `None` where it is none, is damaged or is too large.
pub(crate) fn core_modules(bytes: &[u8]) -> Option<Vec<&[u8]>> {
    if bytes.len() > MOST_BYTES {
        return None;
    }
    let mut modules = Vec::new();
    for payload in Parser::new(0).parse_all(bytes) {
        match payload.ok()? {
            Payload::Version { encoding: Encoding::Module, range, .. } if range.start == 0 => {
                return Some(vec![bytes]);
            }
            Payload::ModuleSection { unchecked_range, .. } => modules.push(bytes.get(unchecked_range)?),
            _ => {}
        }
    }
    Some(modules)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Option<usize>) {
        let bytes = wat::parse_str(text).unwrap();
        assert_eq!(core_modules(&bytes).map(|modules| modules.len()), expected, "{text}");
    }

    #[test]
    fn modules_are_found_wherever_they_lie() {
        check("(module (func))", Some(1));
        check("(component)", Some(0));
        check("(component (core module) (core module (func)))", Some(2));
        check("(component (component (core module)) (core module))", Some(2));
    }

    #[test]
    fn what_is_no_component_has_none() {
        for bytes in [&b""[..], b"\0asm", b"\0asm\x0d\0\x01\0\x01\xff", b"hello"] {
            assert_eq!(core_modules(bytes), None, "{bytes:?}");
        }
        assert_eq!(core_modules(&vec![0; MOST_BYTES + 1]), None);
    }
}
