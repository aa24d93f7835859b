//! The findings as one HTML page for whoever reviews them.
//!
//! One file without a script and without a request to anywhere. Names, paths and sources are whatever somebody has handed
//! in: `maud` escapes them, and characters that would not show or would turn the direction of a line are written out.

use std::{collections::BTreeMap, fmt::Write as _};

use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::{
    calibration::{CUT, LEAST_WORKS},
    clusters::Cluster,
    findings::{Exact, Findings, Level, Likeness, Pair, Reason},
    print::Amount,
    tiling::{Matching, Region, Span},
    work::Work,
};

/// Pairs whose regions are shown.
const MOST_PAIRS: usize = 100;

/// Regions of a pair that are shown, those with most tokens.
const MOST_REGIONS: usize = 30;

/// Lines of a region that are shown, and characters of a line.
const MOST_LINES: usize = 300;
const MOST_CHARACTERS: usize = 200;

/// Lines on the whole page: with more, no browser would open it.
const MOST_LINES_IN_ALL: usize = 60_000;

/// Nothing is loaded, whatever a name says.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'";

/// The findings as one file of HTML, with the sources of the works that they are about.
pub fn page(findings: &Findings, works: &[Work<'_>]) -> String {
    let page = Page { findings, works: works.iter().map(|work| (work.id.as_str(), work)).collect() };
    page.whole().into_string()
}

struct Page<'a> {
    findings: &'a Findings,
    works: BTreeMap<&'a str, &'a Work<'a>>,
}

impl Page<'_> {
    fn whole(&self) -> Markup {
        html! {
            (DOCTYPE)
            html lang="en" {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta http-equiv="Content-Security-Policy" content=(POLICY);
                    title { "Similar submissions" }
                    style { (PreEscaped(include_str!("page.css"))) }
                }
                body {
                    header { h1 { "Similar submissions" } (self.summary()) }
                    nav aria-label="Sections" {
                        p {
                            a href="#pairs" { "Pairs" } " · " a href="#clusters" { "Clusters" } " · "
                            a href="#works" { "Works" } " · " a href="#calibration" { "How the cut was chosen" }
                        }
                    }
                    main { (self.pairs()) (self.clusters()) (self.works()) (self.calibration()) (self.regions()) }
                }
            }
        }
    }

    fn summary(&self) -> Markup {
        let reviewed = self.findings.pairs.iter().filter(|pair| pair.review).count();
        html! {
            p {
                (self.findings.works.len()) " works were compared. " (reviewed + self.findings.left_off)
                " pairs are to be reviewed by a person."
                @if self.findings.left_off > 0 { " Of these, " (self.findings.left_off) " are not listed." }
            }
            p class="quiet" {
                "What is listed here accuses nobody. Works are alike for many reasons: a tutorial, a template that was not "
                "declared, a task with one short solution. Who wrote first cannot be seen from files; times are shown as facts."
            }
        }
    }

    fn name(&self, work: usize) -> String {
        let summary = &self.findings.works[work];
        let owners: Vec<_> = summary.owners.iter().map(|owner| shown(owner)).collect();
        if owners.is_empty() { shown(&summary.id) } else { owners.join(", ") }
    }

    fn pairs(&self) -> Markup {
        html! {
            section aria-labelledby="pairs" {
                h2 id="pairs" { "Pairs" }
                @if self.findings.pairs.is_empty() { p { "No two works have anything in common that is worth a look." } }
                @else {
                    p class="quiet" {
                        "The most conspicuous first. A share is of the work that has less; σ is how far the pair lies above what is "
                        "usual for these works. Pairs without a mark are below the cut, and told to show where it lies."
                    }
                    div class="wide" tabindex="0" role="region" aria-label="Ranked pairs, scrollable" {
                        table {
                            caption { "Ranked pairs" }
                            thead { tr {
                                th scope="col" { "Pair" } th scope="col" { "Works" } th scope="col" { "Equal" }
                                @for level in self.findings.calibration.keys() { th scope="col" { (called(*level)) } }
                                th scope="col" { "Matching tokens" } th scope="col" { "Equal functions" }
                            } }
                            tbody { @for (place, pair) in self.findings.pairs.iter().enumerate() { (self.row(place, pair)) } }
                        }
                    }
                }
            }
        }
    }

    fn row(&self, place: usize, pair: &Pair) -> Markup {
        let has_regions = place < MOST_PAIRS && pair.review;
        html! {
            tr {
                th scope="row" {
                    @if has_regions { a href={ "#pair-" (place + 1) } { (place + 1) } } @else { (place + 1) }
                    " " @if pair.review { span class="tag" { "review" } }
                }
                td { (self.name(pair.one)) " and " (self.name(pair.other)) }
                td { @if pair.exact.is_empty() { "–" } @else { (equal(pair)) } }
                @for level in self.findings.calibration.keys() { td { (likeness(pair.levels.get(level))) } }
                td {
                    @match &pair.matching {
                        Some(matching) => { (matching.tokens) " (" (percent(matching.of_one)) ", " (percent(matching.of_other)) ")" }
                        None => { "–" }
                    }
                }
                td { @match &pair.functions { Some(shared) => { (shared.functions) } None => { "–" } } }
            }
        }
    }

    fn clusters(&self) -> Markup {
        html! {
            section aria-labelledby="clusters" {
                h2 id="clusters" { "Clusters" }
                @if self.findings.clusters.is_empty() { p { "No works hang together far above the cut." } }
                @else { ol { @for cluster in &self.findings.clusters { li { (self.cluster(cluster)) } } } }
            }
        }
    }

    fn cluster(&self, cluster: &Cluster) -> Markup {
        let names =
            |works: &[usize]| works.iter().map(|work| self.name(*work)).collect::<Vec<_>>().join("; ");
        html! {
            p { (cluster.members.len()) " works: " (names(&cluster.members)) "." }
            @for core in cluster.cores.iter().filter(|core| core.len() < cluster.members.len()) {
                p class="quiet" { "Alike each with each: " (names(core)) "." }
            }
            @if let Some(work) = cluster.earliest {
                p class="quiet" {
                    "Received first: " (self.name(work)) ", " (shown(self.findings.works[work].received.as_deref().unwrap_or_default()))
                    ". That does not say where the code comes from."
                }
            }
        }
    }

    fn works(&self) -> Markup {
        let lacks = |work: usize| self.findings.insufficient.iter().filter(move |lack| lack.work == work);
        html! {
            section aria-labelledby="works" {
                h2 id="works" { "Works" }
                p class="quiet" { "How much there is of each work, and how much of it is what everybody was given and was left out." }
                div class="wide" tabindex="0" role="region" aria-label="Works, scrollable" {
                    table {
                        caption { "Works" }
                        thead { tr {
                            th scope="col" { "Work" } th scope="col" { "Received" } th scope="col" { "Operators of the component" }
                            th scope="col" { "Tokens of the sources" } th scope="col" { "Not compared" }
                        } }
                        tbody { @for (place, work) in self.findings.works.iter().enumerate() { tr {
                            th scope="row" { (self.name(place)) }
                            td { (shown(work.received.as_deref().unwrap_or("–"))) }
                            td { (amount(work.amounts.get(&Level::Component))) }
                            td { (amount(work.amounts.get(&Level::Sources))) }
                            td { @for lack in lacks(place) { div { (called(lack.level)) ": " (why(lack.reason)) } } }
                        } } }
                    }
                }
            }
        }
    }

    fn calibration(&self) -> Markup {
        html! {
            section aria-labelledby="calibration" {
                h2 id="calibration" { "How the cut was chosen" }
                p {
                    "A pair is to be reviewed where it has " (CUT) " σ or more in common than is usual for these two works in this "
                    "task, or where something is equal. What is usual and σ are medians over the pairs of the task, which copied "
                    "pairs hardly move."
                }
                @for (level, calibration) in &self.findings.calibration {
                    p {
                        (called(*level)) ": " (calibration.pairs) " pairs of " (calibration.works) " works; the middle pair shares "
                        (percent(calibration.median)) "."
                        @match calibration.expected_by_chance {
                            Some(expected) => {
                                " If chance were normal, " (format!("{expected:.1e}")) " of them would lie beyond the cut by chance."
                            }
                            None => { " With fewer than " (LEAST_WORKS) " works there is no cut: only what is equal is to be reviewed." }
                        }
                    }
                }
            }
        }
    }

    fn regions(&self) -> Markup {
        let reviewed =
            self.findings.pairs.iter().enumerate().filter(|(_, pair)| pair.review).take(MOST_PAIRS);
        let mut left = MOST_LINES_IN_ALL;
        html! {
            section aria-labelledby="regions" {
                h2 id="regions" { "What matches" }
                @for (place, pair) in reviewed { (self.article(place, pair, &mut left)) }
            }
        }
    }

    /// Takes of the lines that are left on the page.
    fn article(&self, place: usize, pair: &Pair, left: &mut usize) -> Markup {
        html! {
            article aria-labelledby={ "pair-" (place + 1) } {
                h3 id={ "pair-" (place + 1) } { "Pair " (place + 1) ": " (self.name(pair.one)) " and " (self.name(pair.other)) }
                @if !pair.exact.is_empty() { p { "Equal: " (equal(pair)) "." } }
                @for (level, alike) in &pair.levels {
                    p {
                        (called(*level)) ": " (alike.shared) " " (features(*level)) " in common, by rarity " (percent(alike.of_one))
                        " of the one and " (percent(alike.of_other)) " of the other."
                    }
                }
                @if let Some(shared) = pair.functions.filter(|shared| shared.functions > 0) {
                    p { (shared.functions) " equal functions of " (shared.operators) " operators." }
                }
                @match &pair.matching {
                    Some(matching) if !matching.regions.is_empty() => { (self.matching(pair, matching, left)) }
                    _ => { p class="quiet" { "No sources to be shown: the components alone are alike." } }
                }
            }
        }
    }

    fn matching(&self, pair: &Pair, matching: &Matching, left: &mut usize) -> Markup {
        let mut order: Vec<_> = matching.regions.iter().enumerate().collect();
        order.sort_by_key(|(place, region)| (std::cmp::Reverse(region.tokens), *place));
        order.truncate(MOST_REGIONS);
        order.sort_by_key(|(place, _)| *place);
        let lines: usize =
            order.iter().map(|(_, region)| shown_lines(&region.one) + shown_lines(&region.other)).sum();
        let fits = lines <= *left;
        *left -= if fits { lines } else { 0 };
        html! {
            p {
                (matching.tokens) " tokens match, " (percent(matching.of_one)) " of the one and " (percent(matching.of_other))
                " of the other, names and literals aside."
                @if matching.is_cut_short { " There may be more: the comparison was given up where it took too long." }
                @if order.len() < matching.regions.len() { " The " (order.len()) " largest of " (matching.regions.len()) " regions are shown." }
            }
            @if fits { @for (_, region) in order { (self.region(pair, region)) } }
            @else { p class="quiet" { "They are not shown: the page would become too long." } }
        }
    }

    fn region(&self, pair: &Pair, region: &Region) -> Markup {
        html! {
            div class="sides" {
                @for (work, span) in [(pair.one, &region.one), (pair.other, &region.other)] {
                    figure {
                        figcaption {
                            strong { (self.name(work)) } ", " (shown(&span.file)) ", lines " (span.first) " to " (span.last)
                        }
                        pre tabindex="0" aria-label={ "Lines of " (self.name(work)) } { code { (self.lines(work, span)) } }
                    }
                }
            }
        }
    }

    fn lines(&self, work: usize, span: &Span) -> Markup {
        let found = self.works.get(self.findings.works[work].id.as_str());
        let Some(bytes) = found.and_then(|work| work.sources.get(&span.file)) else {
            return html! { "The source is not at hand." };
        };
        let text = String::from_utf8_lossy(bytes);
        let lines = text.split('\n').zip(1u32..).skip(span.first.saturating_sub(1) as usize);
        let lines = lines.take_while(|(_, number)| *number <= span.last);
        html! {
            @for (line, number) in lines.clone().take(MOST_LINES) { i { (number) } (cut(line)) "\n" }
            @if lines.count() > MOST_LINES { "…" }
        }
    }
}

fn shown_lines(span: &Span) -> usize {
    ((span.last - span.first) as usize + 1).min(MOST_LINES)
}

fn called(level: Level) -> &'static str {
    match level {
        Level::Component => "Component",
        Level::Reoptimised => "Component, optimised again",
        Level::Sources => "Sources",
    }
}

fn features(level: Level) -> &'static str {
    if level == Level::Sources { "fingerprints" } else { "rows of operators" }
}

fn equal(pair: &Pair) -> String {
    let name = |exact: &Exact| match exact {
        Exact::Component => "components, byte for byte",
        Exact::Module => "core modules, byte for byte",
        Exact::Sources => "sources, but for names, literals and layout",
    };
    pair.exact.iter().map(name).collect::<Vec<_>>().join("; ")
}

fn likeness(likeness: Option<&Likeness>) -> String {
    match likeness {
        None => "–".to_owned(),
        Some(alike) => match alike.deviations {
            Some(deviations) => format!("{}, {deviations:.1}\u{a0}σ", percent(alike.overlap())),
            None => percent(alike.overlap()),
        },
    }
}

fn amount(amount: Option<&Amount>) -> String {
    let Some(amount) = amount else { return "–".to_owned() };
    let excluded = if amount.all == 0 { 0.0 } else { amount.excluded as f64 / amount.all as f64 };
    let rest = if amount.is_cut_short { ", and more that was not read" } else { "" };
    format!("{}, {} left out{rest}", amount.all, percent(excluded))
}

fn why(reason: Reason) -> &'static str {
    match reason {
        Reason::Absent => "not handed in",
        Reason::Unreadable => "cannot be read",
        Reason::TooLittle => "insufficient evidence, too little code of its own",
    }
}

fn percent(share: f64) -> String {
    format!("{:.0}\u{a0}%", share * 100.0)
}

fn cut(line: &str) -> String {
    let line = line.trim_end_matches('\r');
    let shown = shown(&line.chars().take(MOST_CHARACTERS).collect::<String>());
    if line.chars().nth(MOST_CHARACTERS).is_some() { shown + "…" } else { shown }
}

/// Without what cannot be seen or turns text around: those characters are written as their numbers.
fn shown(text: &str) -> String {
    let is_hidden = |c: char| {
        (c.is_control() && c != '\t')
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
    };
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        match is_hidden(c) {
            true => write!(shown, "\\u{{{:x}}}", u32::from(c)).expect("a string takes all text"),
            false => shown.push(c),
        }
    }
    shown
}
