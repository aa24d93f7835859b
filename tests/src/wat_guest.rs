//! Components written in WebAssembly text, for what Rust cannot express.

use std::path::Path;

use wit_component::{ComponentEncoder, StringEncoding};
use wit_parser::Resolve;

use crate::sections::with_nested;

const SKELETON: &str = include_str!("skeleton.wat");

/// The parts of the skeleton and what stands there unless a guest says otherwise.
const PARTS: [(&str, &str); 9] = [
    ("imports", ""),
    ("pages", "2"),
    ("items", ""),
    ("realloc", "(call $alloc (local.get $bytes))"),
    ("build", "(i32.store (i32.const 516) (call $new (i32.const 1))) (i32.const 512)"),
    ("parameters", "(i32.const 520)"),
    (
        "forward",
        "(call $tensor (local.get $shape) (local.get $rank) (local.get $data) (local.get $elements))",
    ),
    ("dtor", ""),
    ("post-forward", ""),
];

/// The guest that a file in text makes. Lines that begin with `;;@` say what the lines after them are:
///
/// ```text
/// ;;@ part NAME        a part of the skeleton, which becomes a component; there may be several
/// ;;@ nested           a component that is made an instance of behind the skeleton, and imports nothing
/// ;;@ component        a whole component
/// ;;@ core             nothing: the skeleton's core module is handed in
/// ;;@ text             nothing: this very file is handed in
/// ```
///
/// # Panics
///
/// As [`component`], and if the file is not of this form.
pub fn from_text(text: &str) -> Vec<u8> {
    let sections =
        text.split(";;@ ").skip(1).map(|section| section.split_once('\n').unwrap_or((section, "")));
    let sections: Vec<_> = sections.map(|(form, body)| (form.trim(), body.trim())).collect();
    match sections.as_slice() {
        [("component", body)] => parsed(body),
        [("core", "")] => core_module(&[]),
        [("text", "")] => text.as_bytes().to_vec(),
        [parts @ .., ("nested", body)] => with_nested(&component(&named(parts)), &parsed(body)),
        [_, ..] => component(&named(&sections)),
        [] => panic!("a guest in text has a line ';;@ FORM'"),
    }
}

/// The binary form of a component or module in text.
pub(crate) fn parsed(text: &str) -> Vec<u8> {
    wat::parse_str(text).unwrap_or_else(|error| panic!("{error}"))
}

/// The names of parts without the word before them.
fn named<'a>(sections: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let name = |form: &'a str| {
        form.strip_prefix("part ").unwrap_or_else(|| panic!("';;@ {form}' is no form of a guest"))
    };
    sections.iter().map(|&(form, body)| (name(form), body)).collect()
}

/// The core module with these parts replaced.
///
/// # Panics
///
/// If a part is not one of the skeleton's, or the text is not WebAssembly.
pub fn core_module(parts: &[(&str, &str)]) -> Vec<u8> {
    for (name, _) in parts {
        assert!(PARTS.iter().any(|(known, _)| known == name), "the skeleton has no part '{name}'");
    }
    let text = PARTS.iter().fold(SKELETON.to_owned(), |text, (name, usual)| {
        let part = parts.iter().find(|(given, _)| given == name).map_or(*usual, |(_, part)| *part);
        text.replace(&format!("{{{name}}}"), part)
    });
    parsed(&text)
}

/// The world `inference`, with the imports that a guest of a later world has, and with what the tests use of WASI. A
/// component has those imports alone that its module has.
const WORLD: &str = "package tito:tests;
    world guest {
        include tinytorch:framework/inference@0.1.0;
        import tinytorch:framework/datasets@0.1.0;
        import tinytorch:framework/telemetry@0.1.0;
        import wasi:cli/exit@0.2.6;
        import wasi:cli/environment@0.2.6;
        import wasi:cli/stdin@0.2.6;
        import wasi:cli/stdout@0.2.6;
        import wasi:clocks/monotonic-clock@0.2.6;
        import wasi:clocks/wall-clock@0.2.6;
        import wasi:filesystem/preopens@0.2.6;
        import wasi:filesystem/types@0.2.6;
        import wasi:io/poll@0.2.6;
        import wasi:io/streams@0.2.6;
        import wasi:random/random@0.2.6;
        import wasi:sockets/instance-network@0.2.6;
    }
    package wasi:cli@0.2.6 {
        interface exit { exit: func(status: result); }
        interface environment { get-environment: func() -> list<tuple<string, string>>; }
        interface stdin {
            use wasi:io/streams@0.2.6.{input-stream};
            get-stdin: func() -> input-stream;
        }
        interface stdout {
            use wasi:io/streams@0.2.6.{output-stream};
            get-stdout: func() -> output-stream;
        }
    }
    package wasi:clocks@0.2.6 {
        interface monotonic-clock {
            use wasi:io/poll@0.2.6.{pollable};
            now: func() -> u64;
            subscribe-duration: func(when: u64) -> pollable;
        }
        interface wall-clock {
            record datetime { seconds: u64, nanoseconds: u32 }
            now: func() -> datetime;
        }
    }
    package wasi:filesystem@0.2.6 {
        interface types { resource descriptor; }
        interface preopens {
            use types.{descriptor};
            get-directories: func() -> list<tuple<descriptor, string>>;
        }
    }
    package wasi:io@0.2.6 {
        interface error { resource error; }
        interface poll {
            resource pollable { block: func(); }
            poll: func(in: list<borrow<pollable>>) -> list<u32>;
        }
        interface streams {
            use error.{error};
            use poll.{pollable};
            variant stream-error { last-operation-failed(error), closed }
            resource input-stream {
                blocking-read: func(len: u64) -> result<list<u8>, stream-error>;
            }
            resource output-stream {
                blocking-write-and-flush: func(contents: list<u8>) -> result<_, stream-error>;
                subscribe: func() -> pollable;
            }
        }
    }
    package wasi:random@0.2.6 {
        interface random { get-random-u64: func() -> u64; }
    }
    package wasi:sockets@0.2.6 {
        interface network { resource network; }
        interface instance-network {
            use network.{network};
            instance-network: func() -> network;
        }
    }";

/// The component that the skeleton becomes with these parts replaced.
///
/// # Panics
///
/// As [`core_module`], and if the module does not fit the contract.
pub fn component(parts: &[(&str, &str)]) -> Vec<u8> {
    let mut module = core_module(parts);
    let mut resolve = Resolve::default();
    let wit = Path::new(env!("CARGO_MANIFEST_DIR")).join("../wit/since_v0.1.0");
    resolve.push_path(wit).expect("the contract is WIT");
    let package = resolve.push_str("guest.wit", WORLD).expect("the tests' world is WIT");
    let world = resolve.select_world(&[package], Some("guest")).expect("the tests' world is there");
    wit_component::embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8)
        .expect("metadata fits any module");
    let encoder = ComponentEncoder::default().validate(true).module(&module);
    encoder.and_then(|mut encoder| encoder.encode()).unwrap_or_else(|error| panic!("{error:#}"))
}
