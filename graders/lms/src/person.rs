//! Somebody on a class's roster.

/// Somebody on a class's roster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// What they are called on the command line, unique in the roster: `john_doe`.
    ///
    /// Where a roster does not say, it is made from the first of these that has a letter: the login up to its `@`, the
    /// address up to its `@`, the name. Letters lose their marks and become small, and whatever else is no letter or digit
    /// becomes one `_`, so that `John.Doe@x.edu` is `john_doe`. Where none has a letter it is `student_` with the number in
    /// Canvas or at the university. Of several who would be called alike, the first by address, number at the university and
    /// number in Canvas keeps the name and the others get `_2`, `_3` and so on: the order of the rows does not matter.
    pub id: String,
    /// Whether the roster says the id. One that was made is no claim: whoever is called alike elsewhere may be somebody else.
    pub is_id_given: bool,
    /// What people call them, first name first.
    pub name: String,
    /// Their address.
    pub email: Option<String>,
    /// Their section, where there are several; as Canvas joins them where they are in more than one.
    pub section: Option<String>,
    /// Their number in Canvas.
    pub canvas_id: Option<String>,
    /// Their number at the university.
    pub sis_id: Option<String>,
    /// What they log in with.
    pub login: Option<String>,
}
