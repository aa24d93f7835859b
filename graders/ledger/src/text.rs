//! The pieces of text that notes, checkpoints and receipts have in common. Each is read in the one form in which it is
//! written: two texts that say the same would be two receipts for one thing.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::Hash;

/// Base64 of RFC 4648, §4, padded.
pub(crate) fn base64(bytes: impl AsRef<[u8]>) -> String {
    STANDARD.encode(bytes)
}

/// What [`base64`] has written; without its padding, or with bits that it does not write, it is refused.
pub(crate) fn parse_base64(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok()
}

/// A hash in base64.
pub(crate) fn parse_hash(text: &str) -> Option<Hash> {
    Some(Hash::from(<[u8; 32]>::try_from(parse_base64(text)?).ok()?))
}

/// A decimal without a sign, without leading zeros.
pub(crate) fn parse_decimal(text: &str) -> Option<u64> {
    text.parse().ok().filter(|number: &u64| number.to_string() == text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_has_one_form() {
        let check = |text: &str, expected| assert_eq!(parse_decimal(text), expected, "{text}");
        check("0", Some(0));
        check("18446744073709551615", Some(u64::MAX));
        check("18446744073709551616", None);
        for text in ["", "00", "01", "+1", "-0", " 1", "1 ", "1_0", "0x1", "１"] {
            check(text, None);
        }
    }

    #[test]
    fn bytes_have_one_form() {
        let check = |text: &str, expected| assert_eq!(parse_base64(text), expected, "{text}");
        check("", Some(vec![]));
        check("+/8=", Some(vec![0xfb, 0xff]));
        for text in ["+/8", "+/9=", "-_8=", "+/8==", "+/8=\n", " +/8=", "+/8=+/8="] {
            check(text, None);
        }
    }
}
