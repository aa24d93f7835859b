//! What `fit` asks for: every example once an epoch, in batches of the recipe's size, in an order of its own.

use tito_grade::Hint;
use tito_judge::{Draw, Findings, advice};
use tito_sandbox::{HostError, Outcome, Recipe};

use super::hint;
use crate::{
    Context,
    classroom::{Record, Task, Trained, learn},
    faults::CameBack,
    milestone::Found,
    toy,
};

/// How many recipes are run.
const RUNS: usize = 3;

/// How many orders are looked through for examples that stay where they are.
const EPOCHS: u32 = 25;

/// Every example once an epoch.
pub(super) fn once(context: &Context<'_>) -> Result<Found, HostError> {
    of_runs(context, "once", |task, record, findings| {
        for (number, epoch) in record.epochs().iter().enumerate() {
            let indices: Vec<u32> = epoch.concat();
            let came_back = uneven(task.training.count(), &indices, task.recipe.batch_size);
            findings.question(asked(task, number + 1), came_back);
        }
        let reports = record.reports.len();
        let wanted = task.recipe.epochs as usize;
        let told = || format!("{reports} epochs were reported, not {wanted}");
        findings.question(
            format!("as many epochs as the recipe says, {wanted}"),
            (reports != wanted).then(|| (told(), None)),
        );
    })
}

/// Batches of the recipe's size, the last one of an epoch with what is left.
pub(super) fn batches(context: &Context<'_>) -> Result<Found, HostError> {
    of_runs(context, "batches", |task, record, findings| {
        let wanted = sizes(task);
        for (number, epoch) in record.epochs().iter().enumerate() {
            let found: Vec<usize> = epoch.iter().map(|batch| batch.len()).collect();
            let came_back = (found != wanted).then(|| {
                (format!("batches of {}, not of {}", list(&found), list(&wanted)), size_hint(&found, &wanted))
            });
            findings.question(asked(task, number + 1), came_back);
        }
    })
}

/// A new order every epoch where it shuffles, from the recipe's seed; the data's own order where it does not.
pub(super) fn order(context: &Context<'_>) -> Result<Found, HostError> {
    let mut draw = context.seed.draw("3/order");
    let mut findings = Findings::default();
    let mut task = drawn(&mut draw);
    task.recipe.shuffle = false;
    let kept = orders(context, &task, &mut findings)?;
    let own: Vec<u32> = (0..task.training.count() as u32).collect();
    let is_kept = kept.iter().all(|epoch| *epoch == own);
    findings.question(
        "the data's own order where the recipe does not shuffle",
        (!is_kept).then(|| ("another order".to_owned(), hint("order-not-kept"))),
    );
    task.recipe.shuffle = true;
    let mixed = orders(context, &task, &mut findings)?;
    for (number, epoch) in mixed.iter().enumerate() {
        findings.question(format!("epoch {} in a shuffled order", number + 1), unmixed(epoch));
    }
    let is_same = mixed.windows(2).any(|pair| pair[0] == pair[1]);
    findings.question(
        "another order every epoch",
        is_same.then(|| ("the same order again".to_owned(), hint("order-of-first-epoch-again"))),
    );
    let long = Task { recipe: Recipe { epochs: EPOCHS, ..task.recipe }, ..task.clone() };
    let many = orders(context, &long, &mut findings)?;
    findings.question(
        format!("examples that stay in their places, now and then, in {EPOCHS} epochs"),
        restless(&many).then(|| ("not one did".to_owned(), hint("shuffle-off-by-one"))),
    );
    task.recipe.seed ^= 1 << draw.below(60);
    let others = orders(context, &task, &mut findings)?;
    let is_deaf = !mixed.is_empty() && mixed == others;
    findings.question(
        "other orders for another seed of the recipe",
        is_deaf.then(|| ("the same orders".to_owned(), hint("recipe-seed-ignored"))),
    );
    Ok(Found::Cases(findings))
}

/// The training order of every epoch; what became of the run where it did not end well.
fn orders(context: &Context<'_>, task: &Task, findings: &mut Findings) -> Result<Vec<Vec<u32>>, HostError> {
    let trained = learn(context, task, None)?;
    findings.used(trained.usage);
    let orders: Vec<_> = trained.record.epochs().iter().map(|epoch| epoch.concat()).collect();
    if let Some(problem) = unfinished(&trained) {
        findings.question("a run of training", Some(problem));
    }
    Ok(orders)
}

/// What is wrong with a shuffled order: that it is not mixed. The mean distance of an example from its place is a third
/// of their number in a random order, with a deviation of that number / 4.2 / its root: an eighth of 43 or more is five
/// deviations away.
fn unmixed(order: &[u32]) -> CameBack {
    let count = order.len().max(1) as f64;
    let distances = order.iter().enumerate().map(|(place, &index)| (f64::from(index) - place as f64).abs());
    let mean = distances.sum::<f64>() / count;
    (mean < count / 8.0).then(|| {
        let told = format!("examples are {mean:.1} places from their own on average, of {count}");
        (told, hint("not-shuffled"))
    })
}

/// Whether no example is ever found in its own place, or none in its place of the epoch before. Of a random order one in
/// e moves all of them, of n orders e^-n: 3 of 10^11 times in so many epochs. Orders that come again say nothing.
fn restless(orders: &[Vec<u32>]) -> bool {
    let own: Vec<u32> = (0..orders.first().map_or(0, Vec::len) as u32).collect();
    let stays = |one: &[u32], other: &[u32]| one.iter().zip(other).any(|(one, other)| one == other);
    let is_whole = orders.len() == EPOCHS as usize && !orders.windows(2).any(|pair| pair[0] == pair[1]);
    let of_own = orders.iter().any(|order| stays(order, &own));
    let of_before = orders.windows(2).any(|pair| stays(&pair[0], &pair[1]));
    is_whole && !(of_own && of_before)
}

/// Some recipes, each put to `look` when its run ended well.
fn of_runs(
    context: &Context<'_>,
    purpose: &str,
    look: impl Fn(&Task, &Record, &mut Findings),
) -> Result<Found, HostError> {
    let mut draw = context.seed.draw(&format!("3/{purpose}"));
    let mut findings = Findings::default();
    for turn in 0..RUNS {
        let mut task = drawn(&mut draw);
        task.recipe.shuffle = turn > 0;
        let trained = learn(context, &task, None)?;
        findings.used(trained.usage);
        look(&task, &trained.record, &mut findings);
        if let Some(problem) = unfinished(&trained) {
            findings.question("a run of training", Some(problem));
        }
    }
    Ok(Found::Cases(findings))
}

/// A task whose last batch is smaller than the others.
fn drawn(draw: &mut Draw) -> Task {
    let batch_size = draw.between(4, 9) as u32;
    let whole = draw.between(50, 80) as u32 / batch_size * batch_size;
    let rest = draw.between(1, i64::from(batch_size) - 1) as u32;
    let mut task = toy::task(draw, (whole + rest) as usize, 11, batch_size);
    task.recipe.epochs = draw.between(2, 4) as u32;
    task
}

/// What came of a run instead of a history.
pub(super) fn unfinished(trained: &Trained) -> CameBack {
    if trained.record.is_over {
        let told =
            format!("the budget was spent, {} units of fuel, before it was done", trained.record.spent.fuel);
        return Some((told, None));
    }
    let is_right = matches!(trained.outcome, Outcome::Answer(_));
    (!is_right).then(|| (trained.outcome.to_string(), advice(&trained.outcome)))
}

fn asked(task: &Task, epoch: usize) -> String {
    let (count, batch_size) = (task.training.count(), task.recipe.batch_size);
    let order = if task.recipe.shuffle { "shuffled" } else { "in their order" };
    format!("epoch {epoch} of {count} examples in batches of {batch_size}, {order}")
}

/// The sizes of an epoch's batches.
fn sizes(task: &Task) -> Vec<usize> {
    let (count, batch_size) = (task.training.count(), task.recipe.batch_size as usize);
    let rest = Some(count % batch_size).filter(|&rest| rest > 0);
    std::iter::repeat_n(batch_size, count / batch_size).chain(rest).collect()
}

fn list(sizes: &[usize]) -> String {
    let shown: Vec<String> = sizes.iter().take(12).map(usize::to_string).collect();
    if shown.is_empty() { "nothing".to_owned() } else { shown.join(", ") }
}

fn size_hint(found: &[usize], wanted: &[usize]) -> Option<Hint> {
    match found {
        [.., last] if found.len() > 1 && found.len() == wanted.len() && last > wanted.last()? => {
            hint("last-batch-filled-up")
        }
        _ if found.len() + 1 == wanted.len() && wanted.starts_with(found) => hint("last-batch-dropped"),
        _ => None,
    }
}

/// How an epoch differs from every example once.
pub(crate) fn uneven(count: usize, indices: &[u32], batch_size: u32) -> CameBack {
    let mut times = vec![0u32; count];
    indices.iter().for_each(|&index| times[index as usize] += 1);
    let never = times.iter().filter(|&&times| times == 0).count();
    let again = times.iter().filter(|&&times| times > 1).count();
    if never + again == 0 {
        return None;
    }
    let told = format!("{never} of {count} examples never, {again} more than once");
    let rest = count % batch_size as usize;
    let named = match () {
        () if again == 0 && never == rest => "last-batch-dropped",
        () if again == 0 => "examples-dropped",
        () if never == 0 && indices.len() < count + batch_size as usize => "last-batch-filled-up",
        () if never == 0 => "examples-repeated",
        () => "examples-drawn-with-replacement",
    };
    Some((told, hint(named)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(indices: &[u32], named: Option<&str>) {
        let found = uneven(7, indices, 3).and_then(|(_, hint)| hint).map(|hint| hint.misconception);
        assert_eq!(found.as_deref(), named, "{indices:?}");
    }

    #[test]
    fn an_uneven_epoch_is_named() {
        check(&[6, 5, 4, 3, 2, 1, 0], None);
        check(&[0, 1, 2, 3, 4, 5], Some("last-batch-dropped"));
        check(&[0, 1, 2, 3], Some("examples-dropped"));
        check(&[0, 1, 2, 3, 4, 5, 6, 0, 1], Some("last-batch-filled-up"));
        check(&[0, 1, 2, 3, 4, 5, 6, 0, 1, 2, 3, 4, 5, 6], Some("examples-repeated"));
        check(&[0, 0, 2, 3, 4, 5, 6], Some("examples-drawn-with-replacement"));
    }

    #[test]
    fn random_orders_are_mixed_and_others_are_not() {
        let mut draw = Draw::new([4; 32]);
        for _ in 0..20_000 {
            let order: Vec<u32> = draw.permutation(43).into_iter().map(|place| place as u32).collect();
            assert_eq!(unmixed(&order), None);
        }
        let neighbours: Vec<u32> = (0..40).map(|place| place ^ 1).collect();
        assert!(unmixed(&neighbours).is_some());
    }

    /// Orders of 43 examples, each drawn or made of the one before, its places chosen from 0 to so many below their own.
    fn orders(draw: &mut Draw, is_of_before: bool, below: u64) -> Vec<Vec<u32>> {
        let own: Vec<u32> = (0..43).collect();
        let mut orders: Vec<Vec<u32>> = Vec::new();
        for _ in 0..EPOCHS {
            let mut order = orders.last().filter(|_| is_of_before).unwrap_or(&own).clone();
            (1..43).rev().for_each(|last| order.swap(last, draw.below(last as u64 + 1 - below) as usize));
            orders.push(order);
        }
        orders
    }

    #[test]
    fn a_shuffle_that_lets_no_example_stay_is_seen() {
        let mut draw = Draw::new([5; 32]);
        for is_of_before in [false, true] {
            for _ in 0..1_000 {
                assert!(!restless(&orders(&mut draw, is_of_before, 0)));
                assert!(restless(&orders(&mut draw, is_of_before, 1)));
            }
        }
    }
}
