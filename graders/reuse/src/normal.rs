//! A function without what a linker or a compiler's numbering decides.
//!
//! Left out are the indices of functions, types, globals, tables and segments, addresses of data, and debug names. Types
//! stand for themselves, imported functions for their names, locals for the order in which they are first used. What is
//! left is hashed whole, so that equal digests mean equal code; and cut into grams of three operators, without locals,
//! blocks and constants, by which code that was changed a little is still like what it was.

use std::{collections::BTreeMap, fmt::Write as _};

use sha2::{Digest as _, Sha256};
use wasmparser::{
    BinaryReaderError, BlockType, ConstExpr, Data, DataKind, FuncType, FunctionBody, Operator, Parser,
    Payload, TypeRef,
};

/// From this share of common grams on, two functions are one that was adapted.
pub const SIMILAR: f64 = 0.8;

/// A function as what its operators do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Normal {
    digest: [u8; 32],
    /// In order, as often as each stands there.
    grams: Vec<u64>,
    operators: usize,
}

impl Normal {
    /// SHA-256 over all of it.
    pub fn digest(&self) -> &[u8; 32] {
        &self.digest
    }

    /// How many operators it has.
    pub fn operators(&self) -> usize {
        self.operators
    }
}

/// The Jaccard index of two functions' grams, those that stand several times counted so often: from 0 to 1.
pub fn similarity(one: &Normal, other: &Normal) -> f64 {
    let (mut common, mut left, mut right) = (0usize, one.grams.as_slice(), other.grams.as_slice());
    while let ([a, lefts @ ..], [b, rights @ ..]) = (left, right) {
        match a.cmp(b) {
            std::cmp::Ordering::Less => left = lefts,
            std::cmp::Ordering::Greater => right = rights,
            std::cmp::Ordering::Equal => (common, left, right) = (common + 1, lefts, rights),
        }
    }
    let all = one.grams.len() + other.grams.len() - common;
    if all == 0 { 0.0 } else { common as f64 / all as f64 }
}

/// What a module says of itself that its functions refer to.
#[derive(Default)]
struct Context {
    types: Vec<String>,
    /// The type of every function, imports first.
    functions: Vec<u32>,
    /// The names of the imported ones.
    imports: Vec<String>,
    /// Where the first segment of data lies.
    data: Option<u64>,
    /// What the memory begins with, in bytes.
    memory: u64,
}

/// The functions of a valid core module's own, in order.
///
/// # Errors
///
/// If it is not valid.
pub(crate) fn functions(module: &[u8]) -> Result<Vec<Normal>, BinaryReaderError> {
    let (mut context, mut bodies) = (Context::default(), Vec::new());
    for payload in Parser::new(0).parse_all(module) {
        match payload? {
            Payload::CodeSectionEntry(body) => bodies.push(body),
            payload => context.note(&payload)?,
        }
    }
    let imported = context.imports.len();
    let of = |(place, body): (usize, &FunctionBody<'_>)| {
        let ty = context.functions.get(imported + place).copied().unwrap_or(u32::MAX);
        normal(body, ty, &context)
    };
    bodies.iter().enumerate().map(of).collect()
}

impl Context {
    fn note(&mut self, payload: &Payload<'_>) -> Result<(), BinaryReaderError> {
        match payload {
            Payload::TypeSection(types) => {
                for ty in types.clone().into_iter_err_on_gc_types() {
                    self.types.push(described(&ty?));
                }
            }
            Payload::ImportSection(imports) => {
                for import in imports.clone().into_imports() {
                    let import = import?;
                    match import.ty {
                        TypeRef::Func(ty) => {
                            self.functions.push(ty);
                            self.imports.push(format!("{} {}", import.module, import.name));
                        }
                        TypeRef::Memory(memory) => self.has_pages(memory.initial),
                        _ => {}
                    }
                }
            }
            Payload::FunctionSection(functions) => {
                for ty in functions.clone() {
                    self.functions.push(ty?);
                }
            }
            Payload::MemorySection(memories) => {
                for memory in memories.clone() {
                    self.has_pages(memory?.initial);
                }
            }
            Payload::DataSection(segments) => {
                for segment in segments.clone() {
                    self.has_data(&segment?);
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn has_pages(&mut self, pages: u64) {
        self.memory = self.memory.max(pages.saturating_mul(1 << 16));
    }

    fn has_data(&mut self, segment: &Data<'_>) {
        if let DataKind::Active { offset_expr, .. } = &segment.kind
            && let Some(start) = constant(offset_expr)
        {
            self.data = Some(self.data.map_or(start, |first| first.min(start)));
        }
    }

    /// Data without a first value lie behind those that have one.
    fn is_address(&self, value: u64) -> bool {
        self.data.is_some_and(|data| (data..self.memory).contains(&value))
    }

    fn ty(&self, index: u32) -> &str {
        self.types.get(index as usize).map_or("?", String::as_str)
    }

    fn block(&self, block: BlockType) -> String {
        match block {
            BlockType::Empty => String::new(),
            BlockType::Type(ty) => format!("{ty:?}"),
            BlockType::FuncType(index) => self.ty(index).to_owned(),
        }
    }
}

fn constant(expression: &ConstExpr<'_>) -> Option<u64> {
    match expression.get_operators_reader().read() {
        Ok(Operator::I32Const { value }) => Some(u64::from(value.cast_unsigned())),
        _ => None,
    }
}

fn described(ty: &FuncType) -> String {
    format!("{:?} -> {:?}", ty.params(), ty.results())
}

/// An operator's word in the digest, and the word in the grams of those that have one.
struct Word {
    whole: String,
    gram: Option<String>,
}

fn normal(body: &FunctionBody<'_>, ty: u32, context: &Context) -> Result<Normal, BinaryReaderError> {
    let mut digest = Sha256::new();
    let mut put = |word: &str| {
        digest.update((word.len() as u64).to_le_bytes());
        digest.update(word);
    };
    put(context.ty(ty));
    let (mut locals, mut words, mut operators) = (BTreeMap::new(), Vec::new(), 0);
    for operator in body.get_operators_reader()? {
        let Word { whole, gram } = word(&operator?, context, &mut locals);
        put(&whole);
        words.extend(gram.as_deref().map(hashed));
        operators += 1;
    }
    let mut grams: Vec<_> = words.windows(3).map(|three| three.iter().fold(17, combined)).collect();
    grams.sort_unstable();
    Ok(Normal { digest: digest.finalize().into(), grams, operators })
}

/// The first eight bytes of a digest: grams that differ must not look alike to whoever looks for such.
fn hashed(word: &str) -> u64 {
    let digest: [u8; 32] = Sha256::digest(word).into();
    u64::from_le_bytes(digest[..8].try_into().expect("eight of 32 bytes"))
}

fn combined(sum: u64, word: &u64) -> u64 {
    (sum ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29)
}

fn word(operator: &Operator<'_>, context: &Context, locals: &mut BTreeMap<u32, usize>) -> Word {
    use Operator as O;
    let mut local = |name: &str, index: u32| {
        let next = locals.len();
        let place = *locals.entry(index).or_insert(next);
        Word { whole: format!("{name} {place}"), gram: None }
    };
    let both = |word: String| Word { gram: Some(word.clone()), whole: word };
    let structure = |word: String| Word { whole: word, gram: None };
    match operator {
        O::LocalGet { local_index } => local("get", *local_index),
        O::LocalSet { local_index } => local("set", *local_index),
        O::LocalTee { local_index } => local("tee", *local_index),
        O::Block { blockty } => structure(format!("block {}", context.block(*blockty))),
        O::Loop { blockty } => {
            Word { whole: format!("loop {}", context.block(*blockty)), gram: Some("loop".into()) }
        }
        O::If { blockty } => {
            Word { whole: format!("if {}", context.block(*blockty)), gram: Some("if".into()) }
        }
        O::Drop | O::End | O::Else | O::Nop => structure(opcode(operator)),
        O::Call { function_index } => both(match context.imports.get(*function_index as usize) {
            Some(name) => format!("import {name}"),
            None => "call".to_owned(),
        }),
        O::CallIndirect { type_index, .. } => both(format!("call_indirect {}", context.ty(*type_index))),
        O::GlobalGet { .. }
        | O::GlobalSet { .. }
        | O::RefFunc { .. }
        | O::MemoryInit { .. }
        | O::DataDrop { .. }
        | O::TableGet { .. }
        | O::TableSet { .. }
        | O::TableGrow { .. }
        | O::TableSize { .. }
        | O::TableFill { .. }
        | O::TableCopy { .. }
        | O::TableInit { .. }
        | O::ElemDrop { .. } => both(opcode(operator)),
        O::I32Const { value } => {
            let is_address = context.is_address(u64::from(value.cast_unsigned()));
            let whole = if is_address { "address".to_owned() } else { format!("i32 {value}") };
            Word { whole, gram: Some("I32Const".into()) }
        }
        O::BrTable { targets } => {
            let mut whole = format!("BrTable {}", targets.default());
            for target in targets.targets().map_while(Result::ok) {
                write!(whole, " {target}").expect("a string takes all text");
            }
            Word { whole, gram: Some("BrTable".into()) }
        }
        operator => Word { whole: without_addresses(operator, context), gram: Some(opcode(operator)) },
    }
}

/// What an operator is called, without what it refers to.
fn opcode(operator: &Operator<'_>) -> String {
    let mut whole = format!("{operator:?}");
    let end = whole.find([' ', '{', '(']).unwrap_or(whole.len());
    whole.truncate(end);
    whole
}

/// All that an operator says, where an offset that is an address is none.
fn without_addresses(operator: &Operator<'_>, context: &Context) -> String {
    let whole = format!("{operator:?}");
    let Some((before, rest)) = whole.split_once("offset: ") else { return whole };
    let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    match rest[..digits].parse() {
        Ok(offset) if context.is_address(offset) => format!("{before}address{}", &rest[digits..]),
        _ => whole,
    }
}
