//! SANDBOX.md's hostile corpus: its sixty cases, and which of them need more than a guest and the way it ends.

use std::ops::RangeInclusive;

/// The numbers of the cases.
pub const CASES: RangeInclusive<u8> = 1..=60;

/// A case, or a part of one, that no guest covers.
pub struct Elsewhere {
    /// Its number.
    pub case: u8,
    /// The file in `tests/tests` and the function in it; none where nothing that is graded today can be attacked so.
    pub test: Option<(&'static str, &'static str)>,
    /// What is not a guest, and what is shown of it.
    pub why: &'static str,
}

/// What no guest covers.
pub const ELSEWHERE: &[Elsewhere] = &[
    Elsewhere {
        case: 5,
        test: Some(("limits.rs", "fuel_bounds_every_place_where_a_guest_can_loop")),
        why: "Milestone 1 gives no model back: a loop in a destructor that the host runs ends by its fuel, too.",
    },
    Elsewhere {
        case: 28,
        test: Some(("damaged.rs", "flipped_bits_are_survived")),
        why: "A damaged file is one of thousands: each is refused, or runs like any other.",
    },
    Elsewhere {
        case: 34,
        test: Some(("corpus.rs", "overlapping_lists_are_read_as_they_lie")),
        why: "Lists that overlap are allowed, so that their values must be right.",
    },
    Elsewhere {
        case: 35,
        test: Some(("corpus.rs", "of_a_flood_of_lines_some_are_kept")),
        why: "What is kept of a log cannot be seen in how the guest ends.",
    },
    Elsewhere {
        case: 37,
        test: None,
        why: "No call of milestones 1 and 2 lends a guest a handle, which it could keep beyond the call.",
    },
    Elsewhere {
        case: 41,
        test: Some(("wasi.rs", "there_are_no_files_and_no_environment")),
        why: "No folder is ever opened to a guest, so that there is no path to escape from.",
    },
    Elsewhere {
        case: 42,
        test: Some(("corpus.rs", "nothing_that_a_guest_says_commands_a_terminal")),
        why: "The words of a guest are escaped wherever they come from, which its end does not show.",
    },
    Elsewhere {
        case: 50,
        test: None,
        why: "Nothing trains before milestone 3, so that there are no steps to skip.",
    },
    Elsewhere {
        case: 51,
        test: Some(("corpus.rs", "answers_learned_by_heart_are_no_use_under_a_secret")),
        why: "Somebody who has every answer to the public seed passes with it, and with no other.",
    },
    Elsewhere {
        case: 58,
        test: Some(("wasi.rs", "waiting_an_hour_takes_no_time")),
        why: "How long a guest slept is a matter of the clock on the wall.",
    },
];
