//! Who of those that a course has somebody on a roster is.

use std::collections::BTreeSet;

use thiserror::Error;

use crate::{Person, slug};

/// The people of a roster with the ids that they have in the course: those whom it has keep theirs, and nobody else gets one
/// of them.
///
/// Somebody is whom the course knows by the same number in Canvas, the same number at the university or the same address, in
/// this order, and otherwise by the same id if the roster gives it. An id that was made from what the roster says shows
/// nothing by itself: it is the same person if the name is the same too and no number and no address contradicts, and
/// somebody else, who gets the next free id, if not. Ids, numbers, addresses and names are the same whatever their case.
///
/// # Errors
///
/// If the roster gives an id that somebody in the course has whose name and address are other ones, or who is on the roster
/// in another row.
pub fn recognise(people: Vec<Person>, course: &[Person]) -> Result<Vec<Person>, SameId> {
    let ids = people.iter().chain(course).map(|person| person.id.to_lowercase());
    let (mut taken, mut claimed): (BTreeSet<String>, _) = (ids.collect(), BTreeSet::new());
    let owners: Vec<_> = people.iter().map(|person| owner(person, course, &mut claimed)).collect();
    people
        .into_iter()
        .zip(owners)
        .map(|(person, owner)| match owner {
            Some(owner) => Ok(Person { id: owner.id.clone(), ..person }),
            None => unknown(person, course, &mut claimed, &mut taken),
        })
        .collect()
}

/// Two people are to have one id.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("it gives the id '{id}' to {new}, and in this course {known} has it; give one of them another id")]
pub struct SameId {
    /// The id.
    pub id: String,
    /// Who has it in the course.
    pub known: String,
    /// Who has it on the roster.
    pub new: String,
}

/// Whom the course knows by what only one person has.
fn owner<'c>(person: &Person, course: &'c [Person], claimed: &mut BTreeSet<String>) -> Option<&'c Person> {
    let by = |of: fn(&Person) -> &Option<String>| course.iter().find(|known| is_same(of(known), of(person)));
    let owner = by(|person| &person.canvas_id)
        .or_else(|| by(|person| &person.sis_id))
        .or_else(|| by(|person| &person.email))?;
    claimed.insert(owner.id.clone()).then_some(owner)
}

/// Whom nothing but the id may tell.
fn unknown(
    person: Person,
    course: &[Person],
    claimed: &mut BTreeSet<String>,
    taken: &mut BTreeSet<String>,
) -> Result<Person, SameId> {
    let Some(known) = course.iter().find(|known| is_equal(&known.id, &person.id)) else { return Ok(person) };
    let is_free = !claimed.contains(&known.id);
    let is_other = match person.is_id_given {
        true => !is_equal(&known.name, &person.name) && contradict(&known.email, &person.email),
        false => !is_equal(&known.name, &person.name) || is_contradicted(known, &person),
    };
    match (is_free && !is_other, person.is_id_given) {
        (true, _) => {
            claimed.insert(known.id.clone());
            Ok(Person { id: known.id.clone(), ..person })
        }
        (false, true) => Err(SameId { id: person.id.clone(), known: told(known), new: told(&person) }),
        (false, false) => Ok(Person { id: slug::next_free(&person.id, taken), ..person }),
    }
}

fn is_contradicted(known: &Person, person: &Person) -> bool {
    let of = |person: &Person| [person.canvas_id.clone(), person.sis_id.clone(), person.email.clone()];
    of(known).iter().zip(&of(person)).any(|(known, new)| contradict(known, new))
}

fn contradict(one: &Option<String>, other: &Option<String>) -> bool {
    one.is_some() && other.is_some() && !is_same(one, other)
}

fn is_same(one: &Option<String>, other: &Option<String>) -> bool {
    one.as_ref().zip(other.as_ref()).is_some_and(|(one, other)| is_equal(one, other))
}

fn is_equal(one: &str, other: &str) -> bool {
    one.to_lowercase() == other.to_lowercase()
}

fn told(person: &Person) -> String {
    person.email.as_ref().map_or_else(|| person.name.clone(), |email| format!("{} ({email})", person.name))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// `id, name, email, number in Canvas`; blank for what is not there. An id that ends in `*` was made.
    fn person([id, name, email, canvas_id]: [&str; 4]) -> Person {
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        Person {
            id: id.trim_end_matches('*').into(),
            is_id_given: !id.ends_with('*'),
            name: name.into(),
            email: some(email),
            section: None,
            canvas_id: some(canvas_id),
            sis_id: None,
            login: None,
        }
    }

    /// The ids that these people get in a course of John Doe and Ann Lee, or why they get none.
    #[track_caller]
    fn check(people: &[[&str; 4]], expected: Result<&[&str], &str>) {
        let course = [["john", "John Doe", "john@x.edu", ""], ["ann", "Ann Lee", "", "7"]].map(person);
        let found = recognise(people.iter().map(|said| person(*said)).collect(), &course);
        let found = found.map(|people| people.into_iter().map(|person| person.id).collect::<Vec<_>>());
        let expected = expected.map(|ids| ids.iter().map(|id| (*id).to_owned()).collect());
        assert_eq!(found.map_err(|error| error.to_string()), expected.map_err(str::to_owned));
    }

    #[test]
    fn an_id_that_was_made_takes_nobodys_place() {
        for (people, expected) in [
            (&[["john*", "John Smith", "john@y.edu", ""]][..], &["john_2"][..]),
            (&[["john*", "John Doe", "john@y.edu", ""]], &["john_2"]),
            (&[["john*", "Johnny", "JOHN@x.edu", ""]], &["john"]),
            (&[["john*", "john doe", "", "5"]], &["john"]),
            (&[["john*", "John Smith", "", "5"]], &["john_2"]),
            (&[["ann*", "Ann Lee", "", ""]], &["ann"]),
            (&[["ann*", "Ann Lee", "", "8"]], &["ann_2"]),
            (&[["lee*", "A. Lee", "", "7"]], &["ann"]),
            (
                &[["john*", "John Smith", "john@y.edu", ""], ["john_2*", "J", "j@z.edu", ""]],
                &["john_3", "john_2"],
            ),
            (&[["john*", "John Doe", "", ""], ["j*", "John Doe", "john@x.edu", ""]], &["john_2", "john"]),
            (&[["bob*", "Bob", "", ""]], &["bob"]),
        ] {
            check(people, Ok(expected));
        }
    }

    #[test]
    fn an_id_that_is_given_is_that_persons_or_an_error() {
        for (people, expected) in [
            (&[["john", "John Doe", "new@x.edu", ""]][..], &["john"][..]),
            (&[["john", "Johnny", "", ""]], &["john"]),
            (&[["JOHN", "Jon Doe", "john@x.edu", ""]], &["john"]),
            (&[["bob", "Bob", "bob@x.edu", ""]], &["bob"]),
        ] {
            check(people, Ok(expected));
        }
        check(
            &[["john", "Jane Roe", "jane@x.edu", ""]],
            Err(
                "it gives the id 'john' to Jane Roe (jane@x.edu), and in this course John Doe (john@x.edu) has it; give \
                 one of them another id",
            ),
        );
        check(
            &[["john", "Jane Roe", "", ""], ["jd", "John Doe", "john@x.edu", ""]],
            Err(
                "it gives the id 'john' to Jane Roe, and in this course John Doe (john@x.edu) has it; give one of them \
                 another id",
            ),
        );
    }

    proptest! {
        /// Whoever is taken in twice is the same person, and no two people are one.
        #[test]
        fn a_second_import_changes_nobody(
            first in prop::collection::btree_map("[a-c]@[xyz]", "[ab]{1,2}", 1..6),
            second in prop::collection::btree_map("[a-c]@[xyz]", "[ab]{1,2}", 1..6),
        ) {
            let roster = |people: &std::collections::BTreeMap<String, String>| {
                let rows = people.iter().map(|(email, name)| format!("{name},{email}\n"));
                crate::roster(format!("name,email\n{}", rows.collect::<String>()).as_bytes()).unwrap().people
            };
            let mut course = recognise(roster(&first), &[]).unwrap();
            let new = recognise(roster(&second), &course).unwrap();
            for person in &new {
                let known = course.iter().find(|known| known.email == person.email);
                prop_assert!(known.is_none_or(|known| known.id == person.id));
            }
            course.extend(new.into_iter().filter(|person| !first.contains_key(person.email.as_ref().unwrap())));
            let ids: BTreeSet<_> = course.iter().map(|person| &person.id).collect();
            prop_assert_eq!(ids.len(), course.len());
            prop_assert_eq!(&recognise(roster(&second), &course).unwrap(), &recognise(roster(&second), &course.iter().rev().cloned().collect::<Vec<_>>()).unwrap());
        }
    }
}
