//! The text that is part of the program: talk of a small village, written by a grammar.
//!
//! It is there to be learnt where nothing was downloaded. Its words, its agreement (one fox sleeps, two foxes sleep)
//! and that an answer speaks of what was asked can be learnt; which thing was lost cannot. Its draws are worth 0.29 bits a
//! character, below which no model gets; counts of one, two and four characters before the next leave 2.84, 1.63 and 0.76.

use crate::split_mix::SplitMix;

/// Text is written until there is so much of it.
const BYTES: usize = 100_000;

/// How often two talk before others come.
const EXCHANGES_PER_SCENE: [usize; 3] = [2, 3, 4];

/// What a place in a sentence may be filled with. Forms of a word stand behind each other: one and many of nouns; `to`,
/// `he` and `he did` of verbs.
const WORDS: [(&str, &str); 13] = [
    ("name", "Mira, Tomas, Anna, Otto, Lena, Jonas, Ida, Paul"),
    (
        "thing",
        "lamp/lamps, kettle/kettles, ladder/ladders, basket/baskets, letter/letters, hammer/hammers, candle/candles, \
         blanket/blankets, mirror/mirrors, bottle/bottles, drum/drums, wagon/wagons, barrel/barrels, spoon/spoons, \
         clock/clocks, pillow/pillows, bucket/buckets, saddle/saddles, button/buttons, feather/feathers, \
         ribbon/ribbons, coin/coins, map/maps, key/keys",
    ),
    (
        "animal",
        "cat/cats, dog/dogs, goat/goats, horse/horses, crow/crows, owl/owls, fox/foxes, hen/hens, mouse/mice, \
         donkey/donkeys, goose/geese, badger/badgers, heron/herons, rabbit/rabbits",
    ),
    (
        "person",
        "baker, miller, teacher, sailor, farmer, painter, doctor, singer, widow, soldier, tailor, shepherd",
    ),
    (
        "place",
        "kitchen, garden, cellar, barn, harbour, market, forest, tower, village, mill, meadow, bridge, river, church",
    ),
    ("near", "near, behind, beside, below, outside"),
    ("look", "old, new, small, big, red, blue, green, golden, broken, heavy, light, wet, cold, empty, round"),
    ("mood", "quiet, clever, lazy, hungry, proud, gentle, strange, tired, brave, sad, merry"),
    (
        "do",
        "find/finds/found, see/sees/saw, take/takes/took, hide/hides/hid, carry/carries/carried, clean/cleans/cleaned, \
         break/breaks/broke, mend/mends/mended, buy/buys/bought, sell/sells/sold, want/wants/wanted, \
         drop/drops/dropped, paint/paints/painted, steal/steals/stole",
    ),
    (
        "act",
        "sleep/sleeps/slept, sing/sings/sang, wait/waits/waited, laugh/laughs/laughed, dance/dances/danced, \
         weep/weeps/wept, work/works/worked, listen/listens/listened",
    ),
    ("how", "slowly, softly, sadly, gladly, alone"),
    ("when", "yesterday, last night, this morning, at noon, before dawn, in winter, in summer"),
    ("count", "two, three, four, five, six, seven, nine, twelve"),
];

/// What one says, and what the other may answer. `<thing>` is any thing and `<thing:1>` its second form; `<THING>` is the
/// same one as long as both talk of it. `<YOU>` is whoever is spoken to.
const EXCHANGES: [(&str, [&str; 3]); 12] = [
    (
        "Where is the <look> <THING>?",
        [
            "The <THING> is <near> the <place>.",
            "Look <near> the <place>, <YOU>.",
            "I have not seen the <THING> today.",
        ],
    ),
    (
        "Who <DO:2> my <look> <THING>?",
        [
            "The <mood> <person> <DO:2> your <THING> <when>.",
            "Not I, <YOU>! I never <DO> any <THING:1>.",
            "Ask the <person>, who <do:1> all <THING:1>.",
        ],
    ),
    (
        "Did the <PERSON> <DO> the <THING>?",
        [
            "Yes, the <PERSON> <DO:2> the <THING> <when>.",
            "No, <YOU>, but the <person> <DO:2> the <thing>.",
            "The <PERSON> never <DO:1> what is <look>.",
        ],
    ),
    (
        "How many <ANIMAL:1> are <near> the <PLACE>?",
        [
            "There are <count> <ANIMAL:1> <near> the <PLACE>.",
            "I saw <count> <ANIMAL:1> there <when>, <YOU>.",
            "Only the <mood> <ANIMAL> is there.",
        ],
    ),
    (
        "Why does the <ANIMAL> <ACT> <how>?",
        [
            "The <ANIMAL> is <mood>, and <mood> <ANIMAL:1> <ACT>.",
            "It <ACT:1> for the <person>.",
            "All <ANIMAL:1> <ACT> so <near> the <place>.",
        ],
    ),
    (
        "Please <DO> the <look> <THING>, <YOU>.",
        [
            "I <DO:2> the <THING> <when>.",
            "I will <DO> it if the <animal> <act:1>.",
            "Well, <YOU>, then you must <do> the <thing>.",
        ],
    ),
    (
        "The <mood> <ANIMAL> <ACT:1> <near> the <PLACE>.",
        [
            "And <count> <animal:1> <act> with the <ANIMAL>.",
            "It <ACT:2> there <when>.",
            "Then the <mood> <person> <ACT:1> too.",
        ],
    ),
    (
        "If the <PERSON> <act:1>, the <ANIMAL> <ACT:1>.",
        [
            "And if the <ANIMAL> <ACT:1>, <count> <animal:1> <act>.",
            "No <ANIMAL> <ACT:1> for the <PERSON>, <YOU>.",
            "The <PERSON> <act:2> <when>, but the <ANIMAL> did not <ACT>.",
        ],
    ),
    (
        "Is your <THING> <LOOK>?",
        [
            "Yes, it is <LOOK>, as all <THING:1> are.",
            "It was <LOOK> <when>, but now it is <look>.",
            "No, <YOU>, my <THING> is <look> and <look>.",
        ],
    ),
    (
        "What do you want, <YOU>?",
        [
            "I want <count> <look> <thing:1>.",
            "I want to <act> <near> the <place>.",
            "I want the <look> <thing> of the <person>.",
        ],
    ),
    (
        "Give me the <THING>, <YOU>!",
        [
            "Not the <THING>! Take the <look> <thing>.",
            "It is <near> the <place> with the <count> <animal:1>.",
            "The <person> <do:2> it <when>.",
        ],
    ),
    (
        "The <PERSON> and the <mood> <person> <ACT:2> <how>.",
        [
            "Does the <PERSON> <ACT> <when>?",
            "Yes, and the <animal:1> <ACT:2> with them.",
            "They were <mood>, <YOU>, and you <act:2> too.",
        ],
    ),
];

/// What may be said at the end.
const ENDS: [&str; 6] = [
    "Thank you, <YOU>.",
    "Then we must <do> the <thing>.",
    "I do not believe it!",
    "So the <mood> <person> was right.",
    "Good night, <YOU>. The <animal:1> <act>.",
    "Come, let us <act> <near> the <place>.",
];

/// The whole text, always the same.
pub(crate) fn text() -> String {
    let mut writer = Writer { random: SplitMix::new(1), kept: Vec::new(), text: String::new() };
    while writer.text.len() < BYTES {
        writer.scene();
    }
    writer.text
}

struct Writer {
    random: SplitMix,
    /// What both talk of, by the name of its place.
    kept: Vec<(&'static str, &'static str)>,
    text: String,
}

impl Writer {
    /// Two of the village talk.
    fn scene(&mut self) {
        let one = self.any("name");
        let other = loop {
            let other = self.any("name");
            if other != one {
                break other;
            }
        };
        for _ in 0..self.random.pick(&EXCHANGES_PER_SCENE) {
            self.exchange([one, other]);
        }
    }

    fn exchange(&mut self, [one, other]: [&'static str; 2]) {
        self.kept.clear();
        let (said, answers) = self.random.pick(&EXCHANGES);
        self.line(one, other, said);
        let answer = self.random.pick(&answers);
        self.line(other, one, answer);
        if self.random.pick(&[true, false]) {
            let end = self.random.pick(&ENDS);
            self.line(one, other, end);
        }
    }

    /// As plays have it: who speaks, what is said, an empty line.
    fn line(&mut self, speaker: &str, you: &str, said: &'static str) {
        let said = capitalised(&self.filled(you, said));
        self.text += &format!("{}:\n{said}\n\n", speaker.to_uppercase());
    }

    /// A sentence with every place filled.
    fn filled(&mut self, you: &str, sentence: &'static str) -> String {
        let (start, places) = sentence.split_once('<').unwrap_or((sentence, ""));
        let mut filled = start.to_owned();
        for place in places.split_terminator('<') {
            let (place, rest) = place.split_once('>').expect("a place is closed");
            let (place, form) = place.split_once(':').unwrap_or((place, "0"));
            let form: usize = form.parse().expect("a form is a number");
            filled += match place {
                "YOU" => you,
                _ => self.word(place).split('/').nth(form).expect("a word has the form that is asked for"),
            };
            filled += rest;
        }
        filled
    }

    /// A word with its forms: any, or the one that is kept.
    fn word(&mut self, place: &'static str) -> &'static str {
        if let Some((_, word)) = self.kept.iter().find(|(kept, _)| *kept == place) {
            return word;
        }
        let word = self.any(&place.to_lowercase());
        if place.chars().all(char::is_uppercase) {
            self.kept.push((place, word));
        }
        word
    }

    fn any(&mut self, place: &str) -> &'static str {
        let (_, words) = WORDS.iter().find(|(name, _)| *name == place).expect("the place is in the table");
        let words: Vec<&'static str> = words.split(", ").collect();
        self.random.pick(&words)
    }
}

/// With a capital at the beginning of every sentence.
fn capitalised(text: &str) -> String {
    let mut begins = true;
    let capital = |character: char| {
        let begun = begins;
        begins = matches!(character, '.' | '!' | '?') || (begins && character == ' ');
        if begun { character.to_ascii_uppercase() } else { character }
    };
    text.chars().map(capital).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use sha2::{Digest, Sha256};

    use super::*;
    use crate::words;

    #[test]
    fn it_never_changes() {
        let text = text();
        let found = hex::encode(Sha256::digest(&text));
        assert_eq!(
            found,
            "26af3ad60a7ce3033f4ac12ca4f62bba45ea49b26484f2a78857a89a8d535ec0",
            "{} bytes",
            text.len()
        );
    }

    #[test]
    fn it_is_a_play_of_few_words() {
        let text = text();
        assert!((BYTES..BYTES + 1_000).contains(&text.len()), "{}", text.len());
        assert!(text.is_ascii());
        let words: BTreeSet<String> = words(&text).collect();
        assert!((240..=300).contains(&words.len()), "{} words", words.len());
        for line in text.strip_suffix("\n\n").unwrap().split("\n\n") {
            let (speaker, said) = line.split_once(":\n").unwrap();
            assert!(speaker.chars().all(|character| character.is_ascii_uppercase()), "{line}");
            assert!(said.starts_with(|first: char| first.is_ascii_uppercase()), "{line}");
            assert!(said.ends_with(['.', '!', '?']) && !said.contains(['<', '>', '/', '\n', ':']), "{line}");
        }
    }

    /// The mean of -log2 of the share that each character has after the `context` characters before it.
    fn bits(text: &[u8], context: usize) -> f64 {
        let mut counts: BTreeMap<&[u8], BTreeMap<u8, f64>> = BTreeMap::new();
        for window in text.windows(context + 1) {
            let (before, next) = (&window[..context], window[context]);
            *counts.entry(before).or_default().entry(next).or_default() += 1.0;
        }
        let of = |nexts: &BTreeMap<u8, f64>| {
            let all: f64 = nexts.values().sum();
            nexts.values().map(|count| -count * (count / all).log2()).sum::<f64>()
        };
        counts.values().map(of).sum::<f64>() / text.len() as f64
    }

    #[test]
    fn more_of_what_went_before_tells_more() {
        let text = text();
        let found = [0, 1, 2, 4].map(|context| bits(text.as_bytes(), context));
        assert!(found.is_sorted_by(|few, more| *few > more + 0.3), "{found:?}");
        assert!(found[0] > 4.0 && found[3] > 0.5, "{found:?}");
    }

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(capitalised(text), expected);
    }

    #[test]
    fn sentences_begin_with_capitals() {
        check("good night. the fox sings!", "Good night. The fox sings!");
        check("it is 3, Ida", "It is 3, Ida");
    }
}
