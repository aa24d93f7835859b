//! A flame graph as SVG: one file, no script, nothing from outside.
//!
//! Callers stand above what they call; a function is as wide as the fuel of it and all that it called. The names come
//! from the submission: they are escaped, and cut to the room that there is.

use std::{collections::BTreeMap, fmt::Write as _};

use tito_artifact::Functions;
use tito_sandbox::{FunctionId, Profile};

use crate::{Kind, report::name};

/// Of the picture, in pixels.
const WIDTH: f64 = 1200.0;
const ROW: f64 = 18.0;
const HEAD: f64 = 46.0;

/// A narrower function cannot be seen.
const NARROWEST: f64 = 0.3;

/// Of one letter of the typeface.
const LETTER: f64 = 6.7;

/// A function where it was called from.
#[derive(Default)]
struct Node {
    own: u64,
    total: u64,
    called: BTreeMap<FunctionId, Node>,
}

impl Node {
    fn add(&mut self, stack: &[FunctionId], fuel: u64) {
        let mut node = self;
        node.total = node.total.saturating_add(fuel);
        for id in stack {
            node = node.called.entry(*id).or_default();
            node.total = node.total.saturating_add(fuel);
        }
        node.own = node.own.saturating_add(fuel);
    }
}

/// The flame graph of a profile of the component with these functions, under this title.
pub fn flame_graph(profile: &Profile, functions: &Functions, title: &str) -> String {
    let mut root = Node::default();
    profile.stacks.iter().for_each(|(stack, fuel)| root.add(stack, *fuel));
    let mut drawing = Drawing { rows: String::new(), depth: 0, all: root.total, functions };
    drawing.children(&root, 0.0, 0);
    let height = HEAD + ROW * f64::from(drawing.depth) + ROW;
    let title = escaped(title);
    let legend = legend();
    format!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" font-family="ui-monospace,monospace" font-size="11" role="img">
<title>{title}</title>
<rect width="100%" height="100%" fill="#fff"/>
<text x="6" y="18" font-size="13">{title}: {fuel} fuel</text>
{legend}{rows}</svg>
"##,
        fuel = drawing.all,
        rows = drawing.rows,
    )
}

fn legend() -> String {
    let mut legend = String::new();
    for (place, kind) in Kind::ALL.into_iter().enumerate() {
        let x = 6.0 + 110.0 * place as f64;
        writeln!(
            legend,
            r##"<rect x="{x}" y="27" width="11" height="11" fill="{}"/><text x="{}" y="36">{}</text>"##,
            colour(kind),
            x + 16.0,
            kind.word()
        )
        .expect("a string takes all text");
    }
    legend
}

/// Told apart by those who do not see red or green as well; black on each can be read.
fn colour(kind: Kind) -> &'static str {
    match kind {
        Kind::Boundary => "#8ecae6",
        Kind::Allocation => "#ffb703",
        Kind::Copying => "#d0b8ff",
        Kind::Arithmetic => "#f4a582",
    }
}

struct Drawing<'a> {
    rows: String,
    /// How many rows there are.
    depth: u32,
    all: u64,
    functions: &'a Functions,
}

impl Drawing<'_> {
    fn width(&self, fuel: u64) -> f64 {
        WIDTH * (fuel as f64 / self.all.max(1) as f64)
    }

    /// What a node calls, the most first, from its left side on. No stack is deep enough for this to be.
    fn children(&mut self, node: &Node, mut x: f64, row: u32) {
        let mut called: Vec<_> = node.called.iter().collect();
        called.sort_by_key(|(id, node)| (std::cmp::Reverse(node.total), **id));
        for (id, node) in called {
            let width = self.width(node.total);
            if width >= NARROWEST {
                self.function(*id, node, x, row);
                self.children(node, x, row + 1);
            }
            x += width;
        }
    }

    fn function(&mut self, id: FunctionId, node: &Node, x: f64, row: u32) {
        self.depth = self.depth.max(row + 1);
        let name = name(id, self.functions);
        let kind = Kind::of(self.functions.name(id.module, id.function));
        let (width, y) = (self.width(node.total), HEAD + ROW * f64::from(row));
        let share = 100.0 * node.total as f64 / self.all.max(1) as f64;
        write!(
            self.rows,
            r##"<g><title>{name}: {total} fuel ({share:.2} %), {own} of its own, {kind}</title><rect x="{x:.2}" y="{y}" width="{width:.2}" height="{height}" fill="{colour}" stroke="#fff" stroke-width="0.5"/>"##,
            name = escaped(&name),
            total = node.total,
            own = node.own,
            kind = kind.word(),
            height = ROW - 1.0,
            colour = colour(kind),
        )
        .expect("a string takes all text");
        let room = ((width - 6.0) / LETTER).max(0.0) as usize;
        if room >= 3 {
            let label = escaped(&cut(&name, room));
            write!(self.rows, r#"<text x="{:.2}" y="{}">{label}</text>"#, x + 3.0, y + 13.0)
                .expect("a string takes all text");
        }
        self.rows.push_str("</g>\n");
    }
}

/// As many letters as there is room for.
fn cut(name: &str, room: usize) -> String {
    if name.chars().count() <= room {
        return name.to_owned();
    }
    name.chars().take(room - 1).chain(['…']).collect()
}

/// Text as XML has it. What XML cannot hold is left out.
fn escaped(text: &str) -> String {
    let mut shown = String::new();
    for c in text.chars() {
        match c {
            '&' => shown.push_str("&amp;"),
            '<' => shown.push_str("&lt;"),
            '>' => shown.push_str("&gt;"),
            '"' => shown.push_str("&quot;"),
            '\'' => shown.push_str("&#39;"),
            '\u{0}'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{fffe}' | '\u{ffff}' => {}
            c => shown.push(c),
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use tito_artifact::{Artifact, Gated, Limits};

    use super::*;

    fn functions(names: &[&str]) -> Functions {
        let exports: String =
            names.iter().map(|name| format!("(func (export \"{}\"))", wat_escaped(name))).collect();
        let bytes = wat::parse_str(format!("(component (core module {exports}))")).expect("it is text");
        match Artifact::gate(bytes, &Limits::default()) {
            Gated::Admitted(artifact) => Functions::of(&artifact),
            Gated::Refused(refusal) => panic!("{refusal}"),
        }
    }

    fn wat_escaped(name: &str) -> String {
        name.bytes().map(|byte| format!("\\{byte:02x}")).collect()
    }

    fn stack(functions: &[u32]) -> Vec<FunctionId> {
        functions.iter().map(|&function| FunctionId { module: 0, function }).collect()
    }

    #[test]
    fn a_small_one() {
        let functions = functions(&["run", "multiply", "malloc", "<script>alert(1)</script>"]);
        let profile = Profile {
            stacks: vec![
                (stack(&[0]), 10),
                (stack(&[0, 1]), 60),
                (stack(&[0, 1, 2]), 20),
                (stack(&[0, 3]), 10),
            ],
        };
        insta::assert_snapshot!(flame_graph(&profile, &functions, "forward & back"));
    }

    proptest! {
        /// Whatever a function is called, nothing opens or closes but what is drawn.
        #[test]
        fn names_stay_names(name in any::<String>()) {
            let functions = functions(&[&name]);
            let profile = Profile { stacks: vec![(stack(&[0]), 1)] };
            let picture = flame_graph(&profile, &functions, &name);
            prop_assert!(!picture.contains("<script"));
            prop_assert_eq!(picture.matches('<').count(), picture.matches('>').count());
            let plain = flame_graph(&profile, &self::functions(&["xyz"]), "xyz");
            prop_assert_eq!(picture.matches('<').count(), plain.matches('<').count());
            prop_assert!(picture.chars().all(|c| c == '\n' || !c.is_control()));
        }
    }
}
