//! One core module that counts.

use wasm_encoder::{BlockType, Encode as _, Instruction as I, ValType};
use wasmparser::{
    BinaryReader, CodeSectionReader, FunctionSectionReader, GlobalSectionReader, ImportSectionReader,
    MemorySectionReader, TypeRef, TypeSectionReader,
};

use super::{
    Counted, FIRST_INTERVAL, LAST_INTERVAL, MESSAGES_UNTIL_DOUBLED, MOST_PAGES, MOST_TOLD, Malformed,
    Section,
    caches::{self, Places},
    function::{self, Counter},
    header, put, put_number, sections,
};

const CUSTOM: u8 = 0;
const TYPE: u8 = 1;
const IMPORT: u8 = 2;
const FUNCTION: u8 = 3;
const TABLE: u8 = 4;
const MEMORY: u8 = 5;
const GLOBAL: u8 = 6;
const CODE: u8 = 10;
const TAG: u8 = 13;

/// Sections in their order, as far as one may be added behind them.
const ORDER: [u8; 7] = [TYPE, IMPORT, FUNCTION, TABLE, MEMORY, TAG, GLOBAL];

/// What a function's count begins with, so that it tells of its first call, however short: that it ran at all.
const NEVER_TOLD: i64 = 1 << 40;

/// The module, counting where it has a memory, named by its place.
pub(super) fn counting(bytes: &[u8], counted: Counted, place: u32) -> Result<Vec<u8>, Malformed> {
    let sections = sections(bytes)?;
    let shape = Shape::of(&sections, counted)?;
    let mut out = header(bytes)?.to_vec();
    match shape.counts() {
        false => {
            let kept = sections.iter().filter(|section| section.id != CUSTOM);
            kept.for_each(|section| put(&mut out, section.id, section.contents));
        }
        true => shape.write(&sections, &mut out)?,
    }
    put(&mut out, CUSTOM, &name(place));
    Ok(out)
}

/// The custom section that names a module.
fn name(place: u32) -> Vec<u8> {
    let place = place.to_string();
    let mut out = Vec::new();
    "name".encode(&mut out);
    let mut module = Vec::new();
    place.as_str().encode(&mut module);
    out.push(0);
    put_number(&mut out, module.len() as u32);
    out.extend(module);
    out
}

/// What must be known of a module before its functions are rewritten.
struct Shape {
    counted: Counted,
    /// The parameters and results of each type.
    types: Vec<(u32, Vec<wasmparser::ValType>)>,
    imported_functions: u32,
    /// The type of each function of its own.
    functions: Vec<u32>,
    imported_globals: u32,
    globals: u32,
    memories: u32,
}

impl Shape {
    fn of(sections: &[Section<'_>], counted: Counted) -> Result<Self, Malformed> {
        let mut shape = Self {
            counted,
            types: Vec::new(),
            imported_functions: 0,
            functions: Vec::new(),
            imported_globals: 0,
            globals: 0,
            memories: 0,
        };
        for Section { id, contents } in sections {
            let reader = BinaryReader::new(contents, 0);
            match *id {
                TYPE => {
                    for ty in TypeSectionReader::new(reader)?.into_iter_err_on_gc_types() {
                        let ty = ty?;
                        shape.types.push((ty.params().len() as u32, ty.results().to_vec()));
                    }
                }
                IMPORT => shape.imports(reader)?,
                FUNCTION => {
                    shape.functions =
                        FunctionSectionReader::new(reader)?.into_iter().collect::<Result<_, _>>()?;
                }
                MEMORY => shape.memories += MemorySectionReader::new(reader)?.count(),
                GLOBAL => shape.globals = GlobalSectionReader::new(reader)?.count(),
                _ => {}
            }
        }
        Ok(shape)
    }

    fn imports(&mut self, reader: BinaryReader<'_>) -> Result<(), Malformed> {
        for import in ImportSectionReader::new(reader)?.into_imports() {
            match import?.ty {
                TypeRef::Func(_) => self.imported_functions += 1,
                TypeRef::Global(_) => self.imported_globals += 1,
                TypeRef::Memory(_) => self.memories += 1,
                _ => {}
            }
        }
        Ok(())
    }

    fn counts(&self) -> bool {
        self.memories > 0 && !self.functions.is_empty()
    }

    /// The global with the interval; those behind it are the number of messages, a counter for each function, and the line
    /// of memory that was looked up last.
    fn interval(&self) -> u32 {
        self.imported_globals + self.globals
    }

    fn messages(&self) -> u32 {
        self.interval() + 1
    }

    /// The function that tells, behind all others.
    fn teller(&self) -> u32 {
        self.imported_functions + self.functions.len() as u32
    }

    /// Where the model of caches is, if it is what counts: behind everything.
    fn caches(&self) -> Option<Places> {
        (self.counted == Counted::Waits).then(|| Places {
            memory: self.memories,
            last: self.messages() + 1 + self.functions.len() as u32,
            functions: self.teller() + 1,
        })
    }

    fn counter(&self, place: usize) -> Counter {
        Counter {
            own: self.messages() + 1 + place as u32,
            interval: self.interval(),
            teller: self.teller(),
            caches: self.caches().map(|places| places.functions),
        }
    }

    fn write(&self, sections: &[Section<'_>], out: &mut Vec<u8>) -> Result<(), Malformed> {
        let (code, types) = self.code(sections)?;
        let mut added = vec![
            (TYPE, types.count(), types.entries),
            (FUNCTION, 1 + self.cache_functions(), self.function_entries(types.first)),
            (MEMORY, self.caches().map_or(0, |_| 1), vec![0, caches::PAGES as u8]),
            (GLOBAL, self.added_globals(), self.global_entries()),
        ];
        added.retain(|(_, count, _)| *count > 0);
        let mut added = added.into_iter().peekable();
        for Section { id, contents } in sections.iter().filter(|section| section.id != CUSTOM) {
            while let Some((own, count, entries)) = added.next_if(|(own, ..)| is_behind(*id, *own)) {
                put(out, own, &more(&[0], count, &entries)?);
            }
            match added.next_if(|(own, ..)| own == id) {
                Some((_, count, entries)) => put(out, *id, &more(contents, count, &entries)?),
                None if *id == CODE => put(out, CODE, &code),
                None => put(out, *id, contents),
            }
        }
        Ok(())
    }

    fn cache_functions(&self) -> u32 {
        self.caches().map_or(0, |_| caches::TYPES.len() as u32)
    }

    /// The types of the functions that are added, of which the first is this.
    fn function_entries(&self, first: u32) -> Vec<u8> {
        let mut entries = Vec::new();
        (0..=self.cache_functions()).for_each(|place| put_number(&mut entries, first + place));
        entries
    }

    /// The code section, and the types that it needs besides the module's own.
    fn code(&self, sections: &[Section<'_>]) -> Result<(Vec<u8>, Types), Malformed> {
        let mut types = Types::behind(self.types.len() as u32);
        let mut code = Vec::new();
        put_number(&mut code, self.functions.len() as u32 + 1 + self.cache_functions());
        let contents = sections.iter().find(|section| section.id == CODE).map_or(&[0][..], |s| s.contents);
        for (place, body) in CodeSectionReader::new(BinaryReader::new(contents, 0))?.into_iter().enumerate() {
            let ty = self.functions.get(place).and_then(|ty| self.types.get(*ty as usize));
            let (params, results) = ty.ok_or(Malformed::ValueType)?;
            let block = types.block(results)?;
            let body = function::counting(&body?, *params, block, self.counter(place))?;
            body.as_slice().encode(&mut code);
        }
        self.teller_body().as_slice().encode(&mut code);
        let caches = self.caches().map(Places::bodies);
        caches.iter().flatten().for_each(|body| body.as_slice().encode(&mut code));
        Ok((code, types))
    }

    fn added_globals(&self) -> u32 {
        2 + self.functions.len() as u32 + self.caches().map_or(0, |_| 1)
    }

    fn global_entries(&self) -> Vec<u8> {
        let mut entries = Vec::new();
        let mut global = |ty: ValType, value: I<'_>| {
            ty.encode(&mut entries);
            entries.push(1);
            value.encode(&mut entries);
            I::End.encode(&mut entries);
        };
        global(ValType::I64, I::I64Const(FIRST_INTERVAL));
        global(ValType::I32, I::I32Const(0));
        self.functions.iter().for_each(|_| global(ValType::I64, I::I64Const(NEVER_TOLD)));
        self.caches().iter().for_each(|_| global(ValType::I32, I::I32Const(0)));
        entries
    }

    /// Tells the host what a function has counted, and gives what is left to be told: nothing, but after bulk operations
    /// on gigabytes. The loop has no way back; at its head the engine looks whether the host wants to note the stack.
    fn teller_body(&self) -> Vec<u8> {
        let (count, told) = (0, 1);
        let mut body = Vec::new();
        put_number(&mut body, 1);
        put_number(&mut body, 1);
        ValType::I64.encode(&mut body);
        let instructions = [
            // What was never told begins at its mark.
            I::LocalGet(count),
            I::I64Const(NEVER_TOLD),
            I::I64GeS,
            I::If(BlockType::Empty),
            I::LocalGet(count),
            I::I64Const(NEVER_TOLD),
            I::I64Sub,
            I::LocalSet(count),
            I::End,
            I::LocalGet(count),
            I::I64Const(MOST_TOLD),
            I::LocalGet(count),
            I::I64Const(MOST_TOLD),
            I::I64LtS,
            I::Select,
            I::LocalTee(told),
            I::I32WrapI64,
            I::I32Const(MOST_PAGES as i32 + 1),
            I::I32Add,
            I::MemoryGrow(0),
            I::Drop,
            I::Loop(BlockType::Empty),
            I::End,
            // Every so many messages the interval doubles.
            I::GlobalGet(self.messages()),
            I::I32Const(1),
            I::I32Add,
            I::GlobalSet(self.messages()),
            I::GlobalGet(self.messages()),
            I::I32Const(MESSAGES_UNTIL_DOUBLED - 1),
            I::I32And,
            I::I32Eqz,
            I::GlobalGet(self.interval()),
            I::I64Const(LAST_INTERVAL),
            I::I64LtS,
            I::I32And,
            I::If(BlockType::Empty),
            I::GlobalGet(self.interval()),
            I::I64Const(1),
            I::I64Shl,
            I::GlobalSet(self.interval()),
            I::End,
            I::LocalGet(count),
            I::LocalGet(told),
            I::I64Sub,
            I::End,
        ];
        instructions.iter().for_each(|instruction| instruction.encode(&mut body));
        body
    }
}

/// Whether a section stands behind another, which may be one that is added.
fn is_behind(section: u8, added: u8) -> bool {
    let place = |id| ORDER.iter().position(|ordered| *ordered == id).unwrap_or(ORDER.len());
    place(section) > place(added)
}

/// The types that are added: the teller's first, those of the caches, and those of blocks.
struct Types {
    first: u32,
    blocks: Vec<Vec<wasmparser::ValType>>,
    entries: Vec<u8>,
}

/// How many types go before those of blocks.
const FUNCTION_TYPES: u32 = 1 + caches::TYPES.len() as u32;

impl Types {
    fn behind(first: u32) -> Self {
        let i64 = 0x7e;
        let mut entries = vec![0x60, 1, i64, 1, i64];
        caches::TYPES.iter().for_each(|ty| entries.extend_from_slice(ty));
        Self { first, blocks: Vec::new(), entries }
    }

    fn count(&self) -> u32 {
        FUNCTION_TYPES + self.blocks.len() as u32
    }

    /// The type of a block with these results.
    fn block(&mut self, results: &[wasmparser::ValType]) -> Result<BlockType, Malformed> {
        Ok(match results {
            [] => BlockType::Empty,
            [one] => BlockType::Result(value_type(*one)?),
            _ => {
                let known = self.blocks.iter().position(|block| block == results);
                let place = match known {
                    Some(place) => place,
                    None => self.add(results)?,
                };
                BlockType::FunctionType(self.first + FUNCTION_TYPES + place as u32)
            }
        })
    }

    fn add(&mut self, results: &[wasmparser::ValType]) -> Result<usize, Malformed> {
        self.entries.extend([0x60, 0]);
        put_number(&mut self.entries, results.len() as u32);
        results.iter().try_for_each(|ty| {
            value_type(*ty)?.encode(&mut self.entries);
            Ok::<_, Malformed>(())
        })?;
        self.blocks.push(results.to_vec());
        Ok(self.blocks.len() - 1)
    }
}

fn value_type(ty: wasmparser::ValType) -> Result<ValType, Malformed> {
    use wasmparser::ValType as V;
    Ok(match ty {
        V::I32 => ValType::I32,
        V::I64 => ValType::I64,
        V::F32 => ValType::F32,
        V::F64 => ValType::F64,
        V::V128 => ValType::V128,
        V::FUNCREF => ValType::FUNCREF,
        V::EXTERNREF => ValType::EXTERNREF,
        V::Ref(_) => return Err(Malformed::ValueType),
    })
}

/// The contents of a section with so many more entries.
fn more(contents: &[u8], count: u32, entries: &[u8]) -> Result<Vec<u8>, Malformed> {
    let mut reader = BinaryReader::new(contents, 0);
    let own = reader.read_var_u32()?;
    let mut out = Vec::new();
    put_number(&mut out, own + count);
    out.extend_from_slice(&contents[reader.original_position()..]);
    out.extend_from_slice(entries);
    Ok(out)
}
