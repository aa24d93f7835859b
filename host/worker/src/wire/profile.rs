//! Profiles as they travel: the body of an answer, in words of eight bytes. A stack is its fuel, how many functions it
//! has, and each of these with its module in the upper half.

use std::io;

use tito_sandbox::{FunctionId, MOST_FRAMES, MOST_FUNCTIONS, MOST_STACKS, Profile};

use super::broken;

/// The longest that a profile can be, in bytes: all stacks that are told apart, and each function alone.
pub(crate) const PROFILE_BYTES: u64 = 8 * (MOST_STACKS * (2 + MOST_FRAMES) + MOST_FUNCTIONS * 3 + 2) as u64;

/// A profile as it is sent.
pub fn words(profile: &Profile) -> Vec<u64> {
    let mut words = Vec::new();
    for (stack, fuel) in &profile.stacks {
        words.extend([*fuel, stack.len() as u64]);
        words.extend(stack.iter().map(|id| u64::from(id.module) << 32 | u64::from(id.function)));
    }
    words
}

/// The profile that was sent, of a component whose core modules have so many functions each.
///
/// # Errors
///
/// If no guest of the component gives it: stacks cut short, too deep, too many or out of order, functions that are not
/// there, or more fuel than can be counted.
pub fn profile(words: &[u64], functions: &[u32]) -> io::Result<Profile> {
    let is_there =
        |id: &FunctionId| functions.get(id.module as usize).is_some_and(|functions| id.function < *functions);
    let mut stacks: Vec<(Vec<FunctionId>, u64)> = Vec::new();
    let (mut rest, mut sum) = (words, 0u64);
    while let [fuel, depth, others @ ..] = rest {
        let stack = usize::try_from(*depth).ok().filter(|depth| *depth <= MOST_FRAMES);
        let Some((stack, others)) = stack.and_then(|depth| others.split_at_checked(depth)) else {
            return Err(broken(format!("a stack of {depth} functions")));
        };
        let stack: Vec<_> = stack.iter().map(|word| id(*word)).collect();
        sum = sum.checked_add(*fuel).ok_or_else(|| broken("more fuel than there is"))?;
        match () {
            () if !stack.iter().all(is_there) => return Err(broken("a function that is not there")),
            () if stacks.last().is_some_and(|(before, _)| *before >= stack) => {
                return Err(broken("stacks out of order"));
            }
            () if stacks.len() >= MOST_STACKS + MOST_FUNCTIONS => return Err(broken("many stacks")),
            () => stacks.push((stack, *fuel)),
        }
        rest = others;
    }
    if rest.is_empty() { Ok(Profile { stacks }) } else { Err(broken("half a stack")) }
}

fn id(word: u64) -> FunctionId {
    FunctionId { module: (word >> 32) as u32, function: word as u32 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(words: &[u64], wrong: Option<&str>) {
        match (profile(words, &[3, 1]), wrong) {
            (Ok(profile), None) => assert_eq!(super::words(&profile), words),
            (Err(error), Some(wrong)) => assert!(error.to_string().contains(wrong), "{error}"),
            (found, wrong) => panic!("{found:?}, not {wrong:?}"),
        }
    }

    #[test]
    fn a_profile_that_cannot_be_is_found() {
        check(&[], None);
        check(&[7, 0], None);
        check(&[7, 2, 0, 2, 8, 1, 1 << 32], None);
        check(&[7], Some("half"));
        check(&[7, 2, 0], Some("a stack of 2"));
        check(&[7, u64::MAX], Some("a stack of"));
        check(&[7, 1, 3], Some("not there"));
        check(&[7, 1, 1 << 33], Some("not there"));
        check(&[7, 1, 1, 7, 1, 0], Some("order"));
        check(&[7, 1, 1, 7, 1, 1], Some("order"));
        check(&[u64::MAX, 1, 1, 1, 1, 2], Some("fuel"));
        let mut deep = vec![1, MOST_FRAMES as u64];
        deep.extend(vec![0; MOST_FRAMES]);
        check(&deep, None);
        deep[1] += 1;
        deep.push(0);
        check(&deep, Some("a stack of"));
    }
}
