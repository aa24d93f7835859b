//! Components with something behind their last section, by the bytes.

/// The ids of the sections that are counted or appended.
const CUSTOM: u8 = 0;
const CORE_MODULE: u8 = 1;
const COMPONENT: u8 = 4;
const INSTANCE: u8 = 5;

/// A component with another nested in it, which is instantiated after everything else and imports nothing.
pub(crate) fn with_nested(component: &[u8], nested: &[u8]) -> Vec<u8> {
    let mut instance = vec![1, 0];
    instance.extend(leb(count(component, COMPONENT)));
    instance.push(0);
    with_section(&with_section(component, COMPONENT, nested), INSTANCE, &instance)
}

/// A component with a core module behind everything else, which nobody makes an instance of.
pub(crate) fn with_module(component: &[u8], module: &[u8]) -> Vec<u8> {
    with_section(component, CORE_MODULE, module)
}

/// A component or a module with a custom section of this name behind it.
pub(crate) fn with_custom_section(binary: &[u8], name: &str, data: &[u8]) -> Vec<u8> {
    with_section(binary, CUSTOM, &[&leb(name.len()), name.as_bytes(), data].concat())
}

fn with_section(component: &[u8], id: u8, content: &[u8]) -> Vec<u8> {
    [component, &[id], &leb(content.len()), content].concat()
}

/// How many sections of this kind a component has, those of nested ones aside.
fn count(component: &[u8], id: u8) -> usize {
    let mut rest = component.get(8..).unwrap_or_default();
    let mut found = 0;
    while let [first, behind @ ..] = rest {
        found += usize::from(*first == id);
        let (length, content) = unleb(behind);
        rest = &content[length..];
    }
    found
}

/// An unsigned number in LEB128.
pub(crate) fn leb(mut number: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    while number >= 0x80 {
        bytes.push(0x80 | number as u8);
        number >>= 7;
    }
    bytes.push(number as u8);
    bytes
}

/// The number that some bytes begin with, and what is behind it.
fn unleb(bytes: &[u8]) -> (usize, &[u8]) {
    let length = 1 + bytes.iter().take_while(|byte| **byte >= 0x80).count();
    let (number, rest) = bytes.split_at(length);
    (number.iter().rev().fold(0, |number, byte| number << 7 | usize::from(byte & 0x7f)), rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_they_were_written() {
        for number in [0, 1, 127, 128, 300, 5 << 20] {
            assert_eq!(unleb(&[leb(number), vec![7]].concat()), (number, &[7][..]));
        }
    }

    #[test]
    fn sections_are_counted_and_appended() {
        let empty = wat::parse_str("(component)").expect("it is text");
        let twice = with_nested(&with_nested(&empty, &empty), &empty);
        assert_eq!([CUSTOM, COMPONENT, INSTANCE].map(|id| count(&twice, id)), [0, 2, 2]);
        assert_eq!(count(&with_custom_section(&twice, "bomb", &[0; 1_000]), CUSTOM), 1);
    }
}
