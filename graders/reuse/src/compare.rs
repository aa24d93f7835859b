//! What became of one component's functions in another.
//!
//! The weight of a function is the fuel that it used at the work of the first component; what it is found to be worth is
//! as much of that as its counterpart used at the work of the second, which does the same and more. So code that stands
//! there and does not run is worth nothing, and code that is called once for show next to nothing.

use std::collections::{BTreeMap, HashMap, HashSet};

use tito_sandbox::FunctionId;
use tito_similarity::{SIMILAR, similarity};

use crate::{Code, Function, Use};

/// With fewer functions, nothing can be said.
pub const LEAST_FUNCTIONS: usize = 10;

/// The functions that are compared with each other pair by pair, those that used most: more would take minutes.
const MOST_COMPARED: usize = 2_000;

/// How it was decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tier {
    /// Both are one file.
    Component,
    /// Both have one core module.
    Module,
    /// Function by function.
    Functions,
}

/// What became of a function.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Fate {
    /// The same code runs there.
    Verbatim,
    /// Code runs there that is like it by this share of grams.
    Adapted(f64),
    /// The same code stands there and does not run.
    Asleep,
    /// It is not there, or was inlined, which nobody can see.
    Gone,
}

/// One function that counts, and what became of it.
#[derive(Clone, Debug)]
pub struct Row {
    /// Where it is.
    pub id: FunctionId,
    /// What it is called.
    pub name: Option<String>,
    /// Its operators.
    pub operators: usize,
    /// What it used.
    pub fuel: u64,
    /// As much of this as runs there.
    pub kept: u64,
    /// What became of it.
    pub fate: Fate,
    /// Which function it is there.
    pub counterpart: Option<FunctionId>,
}

/// A component's side of it: the functions that count and ran.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    /// How many.
    pub functions: usize,
    /// Their operators.
    pub operators: usize,
    /// Their fuel.
    pub fuel: u64,
    /// The fuel of all functions, those included that do not count.
    pub all_fuel: u64,
}

/// What became of one component's functions in another.
#[derive(Clone, Debug)]
pub struct Comparison {
    /// How it was decided.
    pub tier: Tier,
    /// The first component.
    pub vision: Origin,
    /// The second.
    pub language: Origin,
    /// The first's functions, those that used most first.
    pub rows: Vec<Row>,
    /// The second's functions that are not of the first, likewise; `kept` is 0.
    pub new: Vec<Row>,
    /// The fuel that the second's functions used which are of the first.
    shared_fuel: u64,
}

/// Both sides of a comparison.
struct Sides<'a> {
    vision: Vec<(&'a Function, u64)>,
    language: Vec<(&'a Function, u64)>,
}

/// Which function of the second is which of the first, by their places in [`Sides`].
#[derive(Default)]
struct Pairs {
    of_vision: BTreeMap<usize, (usize, f64)>,
    taken: HashSet<usize>,
}

impl Comparison {
    /// What became of `vision`, which used this at its work, in `language`, which used `in_both` at the same work, and
    /// `in_text` at its own.
    pub fn new(vision: (&Code, &Use), language: &Code, in_both: &Use, in_text: &Use) -> Self {
        let in_all = in_both.clone().and(in_text);
        let sides = Sides { vision: counting(vision.0, vision.1), language: counting(language, &in_all) };
        let pairs = sides.pairs();
        let standing: HashSet<_> = language.functions().iter().map(|f| f.normal.digest()).collect();
        let rows = sides.rows(&pairs, &standing);
        let left = |(place, _): &(usize, _)| !pairs.taken.contains(place);
        let unpaired = sides.language.iter().enumerate().filter(left);
        let new: Vec<_> = unpaired.map(|(_, (function, fuel))| row(function, *fuel)).collect();
        let of_text = |id| in_text.fuel(id).unwrap_or_default();
        let paired = pairs.taken.iter().map(|place| of_text(sides.language[*place].0.id));
        let own_text = sides.language.iter().fold(0u64, |sum, (f, _)| sum.saturating_add(of_text(f.id)));
        Self {
            tier: tier(vision.0, language),
            vision: origin(&sides.vision, vision.1.sum()),
            language: Origin { fuel: own_text, ..origin(&sides.language, in_text.sum()) },
            rows,
            new,
            shared_fuel: paired.fold(0, u64::saturating_add),
        }
    }

    /// The share of the first's code, by fuel, that runs in the second: from 0 to 1, or nothing where there is too
    /// little to be compared. One file is all of itself.
    pub fn retention(&self) -> Option<f64> {
        if self.tier != Tier::Functions {
            return Some(1.0);
        }
        let kept = self.rows.iter().fold(0u64, |sum, row| sum.saturating_add(row.kept));
        let enough = self.vision.functions >= LEAST_FUNCTIONS && self.vision.fuel > 0;
        enough.then(|| kept as f64 / self.vision.fuel as f64)
    }

    /// The share of the second's code at its own work, by fuel, that is of the first.
    pub fn share(&self) -> f64 {
        if self.language.fuel == 0 { 0.0 } else { self.shared_fuel as f64 / self.language.fuel as f64 }
    }
}

/// The functions that count and ran, those that used most first.
fn counting<'a>(code: &'a Code, used: &Use) -> Vec<(&'a Function, u64)> {
    let own = code.functions().iter().filter(|function| function.counts);
    let mut own: Vec<_> = own.filter_map(|f| used.fuel(f.id).map(|fuel| (f, fuel))).collect();
    own.sort_by_key(|(function, fuel)| (std::cmp::Reverse(*fuel), function.id));
    own
}

fn tier(vision: &Code, language: &Code) -> Tier {
    let main = vision.main_module();
    match () {
        () if vision.component == language.component => Tier::Component,
        () if main.is_some() && main == language.main_module() => Tier::Module,
        () => Tier::Functions,
    }
}

fn origin(side: &[(&Function, u64)], all_fuel: u64) -> Origin {
    Origin {
        functions: side.len(),
        operators: side.iter().map(|(function, _)| function.normal.operators()).sum(),
        fuel: side.iter().fold(0, |sum, (_, fuel)| sum.saturating_add(*fuel)),
        all_fuel,
    }
}

fn row(function: &Function, fuel: u64) -> Row {
    Row {
        id: function.id,
        name: function.name.clone(),
        operators: function.normal.operators(),
        fuel,
        kept: 0,
        fate: Fate::Gone,
        counterpart: None,
    }
}

impl Sides<'_> {
    fn pairs(&self) -> Pairs {
        let mut pairs = Pairs::default();
        self.verbatim(&mut pairs);
        self.adapted(&mut pairs);
        pairs
    }

    /// Of equal functions, those that used most are one.
    fn verbatim(&self, pairs: &mut Pairs) {
        let mut known: HashMap<_, Vec<usize>> = HashMap::new();
        for (place, (function, _)) in self.language.iter().enumerate().rev() {
            known.entry(function.normal.digest()).or_default().push(place);
        }
        for (place, (function, _)) in self.vision.iter().enumerate() {
            if let Some(other) = known.get_mut(function.normal.digest()).and_then(Vec::pop) {
                pairs.add(place, other, 1.0);
            }
        }
    }

    /// Of the rest the most alike are one, then the next.
    fn adapted(&self, pairs: &mut Pairs) {
        let mut found = Vec::new();
        for (place, (function, _)) in self.vision.iter().enumerate().take(MOST_COMPARED) {
            if pairs.of_vision.contains_key(&place) {
                continue;
            }
            for (other, (candidate, _)) in self.language.iter().enumerate().take(MOST_COMPARED) {
                if !pairs.taken.contains(&other) {
                    let alike = similarity(&function.normal, &candidate.normal);
                    found.extend((alike >= SIMILAR).then_some((alike, place, other)));
                }
            }
        }
        found.sort_by(|a, b| b.0.total_cmp(&a.0).then((a.1, a.2).cmp(&(b.1, b.2))));
        for (alike, place, other) in found {
            if !pairs.of_vision.contains_key(&place) && !pairs.taken.contains(&other) {
                pairs.add(place, other, alike);
            }
        }
    }

    fn rows(&self, pairs: &Pairs, standing: &HashSet<&[u8; 32]>) -> Vec<Row> {
        let of = |(place, (function, fuel)): (usize, &(&Function, u64))| {
            let row = row(function, *fuel);
            match pairs.of_vision.get(&place) {
                Some((other, alike)) => {
                    let (counterpart, used) = self.language[*other];
                    let is_same = counterpart.normal.digest() == function.normal.digest();
                    let fate = if is_same { Fate::Verbatim } else { Fate::Adapted(*alike) };
                    Row { kept: used.min(*fuel), fate, counterpart: Some(counterpart.id), ..row }
                }
                None if standing.contains(function.normal.digest()) => Row { fate: Fate::Asleep, ..row },
                None => row,
            }
        };
        self.vision.iter().enumerate().map(of).collect()
    }
}

impl Pairs {
    fn add(&mut self, vision: usize, language: usize, alike: f64) {
        self.of_vision.insert(vision, (language, alike));
        self.taken.insert(language);
    }
}
