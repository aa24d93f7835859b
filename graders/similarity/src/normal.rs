//! A function without what a linker or a compiler's numbering decides.
//!
//! Left out are the indices of functions, types, globals, tables and segments, addresses of data, and debug names. Types
//! stand for themselves, imported functions for their names, locals for the order in which they are first used. What is
//! left is hashed whole, so that equal digests mean equal code; and cut into grams of three operators, without locals,
//! blocks and constants, by which code that was changed a little is still like what it was.

use std::{
    collections::{BTreeMap, HashMap},
    fmt::Write as _,
};

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
    /// What stands for them in digests: a module may have a million functions of one long type.
    hashes: Vec<Hash>,
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
pub fn functions(module: &[u8]) -> Result<Vec<Normal>, BinaryReaderError> {
    let mut normals = Vec::new();
    each_function(module, |digest, words| {
        let mut grams: Vec<_> = words.grams.windows(3).map(gram).collect();
        grams.sort_unstable();
        normals.push(Normal { digest, grams, operators: words.operators });
    })?;
    Ok(normals)
}

/// Shows every function of a module's own, in order, with its digest.
///
/// # Errors
///
/// If it is not valid.
pub(crate) fn each_function(
    module: &[u8],
    mut show: impl FnMut([u8; 32], &Words),
) -> Result<(), BinaryReaderError> {
    let (mut context, mut bodies) = (Context::default(), Vec::new());
    for payload in Parser::new(0).parse_all(module) {
        match payload? {
            Payload::CodeSectionEntry(body) => bodies.push(body),
            payload => context.note(&payload)?,
        }
    }
    let imported = context.imports.len();
    let (mut known, mut words) = (HashMap::new(), Words::default());
    for (place, body) in bodies.iter().enumerate() {
        let ty = context.functions.get(imported + place).copied().unwrap_or(u32::MAX);
        words.read(body, ty, &context, &mut known)?;
        show(Sha256::digest(&words.whole).into(), &words);
    }
    Ok(())
}

impl Context {
    fn note(&mut self, payload: &Payload<'_>) -> Result<(), BinaryReaderError> {
        match payload {
            Payload::TypeSection(types) => {
                for ty in types.clone().into_iter_err_on_gc_types() {
                    let described = described(&ty?);
                    self.hashes.push(hashed(&described));
                    self.types.push(described);
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

/// What was made of an operator's bytes before, as its part of the digest and of the grams: most of a module's operators are
/// the same few hundred, and to write one out takes longer than all else.
type Known<'a> = HashMap<&'a [u8], (Hash, Option<u64>)>;

/// Half a digest of a word, enough that no two words have one.
type Hash = [u8; 16];

/// A function's operators as words.
#[derive(Default)]
pub(crate) struct Words {
    /// Those of the digest: which kind each is, and as many bytes as that kind has.
    whole: Vec<u8>,
    /// Those of the grams, in order, hashed.
    grams: Vec<u64>,
    /// How many operators there are.
    pub(crate) operators: usize,
}

impl Words {
    /// Rows of so many operators each, as numbers.
    pub(crate) fn rows(&self, lengths: [usize; 2]) -> impl Iterator<Item = u64> {
        lengths.into_iter().flat_map(|length| self.grams.windows(length).map(gram))
    }

    fn read<'a>(
        &mut self,
        body: &FunctionBody<'a>,
        ty: u32,
        context: &Context,
        known: &mut Known<'a>,
    ) -> Result<(), BinaryReaderError> {
        self.whole.clear();
        self.grams.clear();
        self.operators = 0;
        self.whole.extend(context.hashes.get(ty as usize).into_iter().flatten());
        let (bytes, start) = (body.as_bytes(), body.range().start);
        let (mut locals, mut reader) = (BTreeMap::new(), body.get_operators_reader()?);
        while !reader.eof() {
            let from = reader.original_position() - start;
            let operator = reader.read()?;
            let own = &bytes[from..reader.original_position() - start];
            self.add(&operator, own, context, &mut locals, known);
        }
        reader.finish()
    }

    fn add<'a>(
        &mut self,
        operator: &Operator<'_>,
        own: &'a [u8],
        context: &Context,
        locals: &mut BTreeMap<u32, u32>,
        known: &mut Known<'a>,
    ) {
        self.operators += 1;
        if let Some((kind, index)) = of_local(operator) {
            let next = locals.len() as u32;
            let place = *locals.entry(index).or_insert(next);
            self.whole.push(kind);
            return self.whole.extend_from_slice(&place.to_le_bytes());
        }
        let (whole, gram) = known.entry(own).or_insert_with(|| {
            let Word { whole, gram } = word(operator, context);
            (hashed(&whole), gram.map(|gram| number(&hashed(&gram))))
        });
        self.whole.push(b'o');
        self.whole.extend_from_slice(whole);
        self.grams.extend(*gram);
    }
}

/// Several words that follow each other, as one number.
fn gram(words: &[u64]) -> u64 {
    words.iter().fold(17, combined)
}

/// The beginning of a digest: words that differ must not look alike to whoever looks for such.
fn hashed(word: &str) -> Hash {
    let digest: [u8; 32] = Sha256::digest(word).into();
    *digest.first_chunk().expect("sixteen of 32 bytes")
}

fn number(hash: &Hash) -> u64 {
    u64::from_le_bytes(*hash.first_chunk().expect("eight of sixteen bytes"))
}

fn combined(sum: u64, word: &u64) -> u64 {
    (sum ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29)
}

/// What is done to which local. In the digest, locals are called by the order in which they are first used.
fn of_local(operator: &Operator<'_>) -> Option<(u8, u32)> {
    match operator {
        Operator::LocalGet { local_index } => Some((b'g', *local_index)),
        Operator::LocalSet { local_index } => Some((b's', *local_index)),
        Operator::LocalTee { local_index } => Some((b't', *local_index)),
        _ => None,
    }
}

/// Any operator but those of locals.
fn word(operator: &Operator<'_>, context: &Context) -> Word {
    use Operator as O;
    let both = |word: String| Word { gram: Some(word.clone()), whole: word };
    let structure = |word: String| Word { whole: word, gram: None };
    match operator {
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
