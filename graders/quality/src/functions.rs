//! Functions: how long, how deeply nested, how complex.

use std::{collections::BTreeSet, ops::Range};

use proc_macro2::LineColumn;
use serde::{Deserialize, Serialize};
use syn::{
    Arm, BinOp, Block, Expr, ExprBinary, ExprClosure, ExprForLoop, ExprIf, ExprLoop, ExprMatch, ExprUnsafe,
    ExprWhile, File, ImplItemFn, Item, ItemFn, ItemImpl, ItemTrait, LocalInit, Pat, Signature, TraitItemFn,
    Type,
    spanned::Spanned,
    visit::{self, Visit},
};

use crate::tests_of::{attributes, is_for_tests};

/// A function with a body.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Function {
    /// Relative to the folder.
    pub file: String,
    /// Where its `fn` stands, from 1.
    pub line: u32,
    /// Its name, after the type's that it belongs to: `Dense::forward`.
    pub name: String,
    /// Lines with code on them, from the `fn` to the closing brace.
    pub lines: u32,
    /// How deep `if`, `match`, loops and closures with a block stand in each other; `else if` is no deeper.
    pub nesting: u32,
    /// The cyclomatic number (A Complexity Measure, IEEE TSE 2(4), 1976): one more than its decisions. These
    /// are `if`, `while`, `for`, `match`, every guard, `let … else`, `&&` and `||`. A `match` is one decision
    /// however many arms it has, the exception that the paper makes for cases, and `?` is none: dispatch and
    /// error handling would make clear code look complex. Code inside macro calls is not seen.
    pub complexity: u32,
}

/// What a file's functions are, and its tests.
#[derive(Default)]
pub(crate) struct Found {
    pub(crate) functions: Vec<Open>,
    pub(crate) unsafe_blocks: u32,
    pub(crate) tests: u32,
    /// Tests and imports: neither is code whose repetition says anything.
    pub(crate) left_out: Vec<Range<LineColumn>>,
}

/// A function whose code lines are not counted yet.
pub(crate) struct Open {
    function: Function,
    last_line: u32,
    depth: u32,
}

/// The functions of a file, in the order in which they end.
pub(crate) fn functions(name: &str, file: &File, is_test: bool) -> Found {
    let mut visitor =
        Visitor { file: name, owner: None, in_test: is_test, open: Vec::new(), found: Found::default() };
    visitor.visit_file(file);
    visitor.found
}

impl Open {
    /// The function with its lines counted, of all lines that have code on them.
    pub(crate) fn measured(self, code: &BTreeSet<u32>) -> Function {
        let lines = code.range(self.function.line..=self.last_line).count() as u32;
        Function { lines, ..self.function }
    }
}

struct Visitor<'a> {
    file: &'a str,
    owner: Option<String>,
    in_test: bool,
    open: Vec<Open>,
    found: Found,
}

impl Visitor<'_> {
    fn function(&mut self, signature: &Signature, block: &Block, visit: impl FnOnce(&mut Self)) {
        let name = signature.ident.to_string();
        let function = Function {
            file: self.file.to_owned(),
            line: signature.fn_token.span.start().line as u32,
            name: self.owner.as_ref().map_or_else(|| name.clone(), |owner| format!("{owner}::{name}")),
            lines: 0,
            nesting: 0,
            complexity: 1,
        };
        let last_line = block.brace_token.span.close().end().line as u32;
        self.open.push(Open { function, last_line, depth: 0 });
        let owner = self.owner.take();
        visit(self);
        self.owner = owner;
        let function =
            self.open.pop().expect("the function was pushed above, and those inside it were popped");
        if !self.in_test {
            self.found.functions.push(function);
        }
    }

    fn decide(&mut self, decides: bool) {
        if let Some(open) = self.open.last_mut() {
            open.function.complexity += u32::from(decides);
        }
    }

    fn nested(&mut self, visit: impl FnOnce(&mut Self)) {
        if let Some(open) = self.open.last_mut() {
            open.depth += 1;
            open.function.nesting = open.function.nesting.max(open.depth);
        }
        visit(self);
        if let Some(open) = self.open.last_mut() {
            open.depth -= 1;
        }
    }

    /// Visits inside something that belongs to `owner`.
    fn owned(&mut self, owner: Option<String>, visit: impl FnOnce(&mut Self)) {
        let outer = std::mem::replace(&mut self.owner, owner);
        visit(self);
        self.owner = outer;
    }

    fn leave_out(&mut self, item: &Item) {
        let span = item.span();
        self.found.left_out.push(span.start()..span.end());
    }
}

impl<'ast> Visit<'ast> for Visitor<'_> {
    fn visit_item(&mut self, item: &'ast Item) {
        let outer = self.in_test;
        self.in_test |= attributes(item).iter().any(is_for_tests);
        if !outer && (self.in_test || matches!(item, Item::Use(_))) {
            self.leave_out(item);
        }
        visit::visit_item(self, item);
        self.in_test = outer;
    }

    fn visit_item_fn(&mut self, item: &'ast ItemFn) {
        self.found.tests += u32::from(item.attrs.iter().any(|attribute| attribute.path().is_ident("test")));
        self.function(&item.sig, &item.block, |v| visit::visit_item_fn(v, item));
    }

    fn visit_item_impl(&mut self, item: &'ast ItemImpl) {
        self.owned(type_name(&item.self_ty), |v| visit::visit_item_impl(v, item));
    }

    fn visit_item_trait(&mut self, item: &'ast ItemTrait) {
        self.owned(Some(item.ident.to_string()), |v| visit::visit_item_trait(v, item));
    }

    fn visit_impl_item_fn(&mut self, item: &'ast ImplItemFn) {
        self.function(&item.sig, &item.block, |v| visit::visit_impl_item_fn(v, item));
    }

    fn visit_trait_item_fn(&mut self, item: &'ast TraitItemFn) {
        if let Some(block) = &item.default {
            self.function(&item.sig, block, |v| visit::visit_trait_item_fn(v, item));
        }
    }

    fn visit_expr_if(&mut self, node: &'ast ExprIf) {
        self.decide(true);
        self.visit_expr(&node.cond);
        self.nested(|v| v.visit_block(&node.then_branch));
        match node.else_branch.as_ref().map(|(_, branch)| &**branch) {
            Some(Expr::If(next)) => self.visit_expr_if(next),
            Some(branch) => self.nested(|v| v.visit_expr(branch)),
            None => {}
        }
    }

    fn visit_expr_match(&mut self, node: &'ast ExprMatch) {
        self.decide(node.arms.len() > 1);
        self.visit_expr(&node.expr);
        self.nested(|v| node.arms.iter().for_each(|arm| v.visit_arm(arm)));
    }

    fn visit_arm(&mut self, arm: &'ast Arm) {
        self.decide(matches!(arm.pat, Pat::Guard(_)));
        visit::visit_arm(self, arm);
    }

    fn visit_expr_while(&mut self, node: &'ast ExprWhile) {
        self.decide(true);
        self.nested(|v| visit::visit_expr_while(v, node));
    }

    fn visit_expr_for_loop(&mut self, node: &'ast ExprForLoop) {
        self.decide(true);
        self.nested(|v| visit::visit_expr_for_loop(v, node));
    }

    fn visit_expr_loop(&mut self, node: &'ast ExprLoop) {
        self.nested(|v| visit::visit_expr_loop(v, node));
    }

    fn visit_expr_closure(&mut self, node: &'ast ExprClosure) {
        if matches!(*node.body, Expr::Block(_)) {
            self.nested(|v| visit::visit_expr_closure(v, node));
        } else {
            visit::visit_expr_closure(self, node);
        }
    }

    fn visit_expr_binary(&mut self, node: &'ast ExprBinary) {
        self.decide(matches!(node.op, BinOp::And(_) | BinOp::Or(_)));
        visit::visit_expr_binary(self, node);
    }

    fn visit_local_init(&mut self, node: &'ast LocalInit) {
        self.decide(node.diverge.is_some());
        visit::visit_local_init(self, node);
    }

    fn visit_expr_unsafe(&mut self, node: &'ast ExprUnsafe) {
        self.found.unsafe_blocks += u32::from(!self.in_test);
        visit::visit_expr_unsafe(self, node);
    }
}

fn type_name(ty: &Type) -> Option<String> {
    let Type::Path(path) = ty else { return None };
    path.path.segments.last().map(|segment| segment.ident.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Expects the nesting and the complexity of the only function, `fn f() { body }`.
    #[track_caller]
    fn check(body: &str, nesting: u32, complexity: u32) {
        let file = syn::parse_file(&format!("fn f() {{ {body} }}")).unwrap();
        let found = functions("lib.rs", &file, false);
        let [Open { function, .. }] = &found.functions[..] else { panic!("one function in {body}") };
        assert_eq!((function.nesting, function.complexity), (nesting, complexity), "{body}");
    }

    #[test]
    fn decisions_and_depth_are_counted() {
        check("", 0, 1);
        check("if a { b }", 1, 2);
        check("if a { b } else if c { d } else { e }", 1, 3);
        check("if a { if b { c } }", 2, 3);
        check("if a && b || c { d }", 1, 4);
        check("for a in b { while c { d } }", 2, 3);
        check("loop { break }", 1, 1);
        check("match a { 1 => b, 2 if c => d, _ => e }", 1, 3);
        check("match a { 1 => if b { c }, _ => d }", 2, 3);
        check("match a { B(c) => c }", 1, 1);
        check("match a {}", 1, 1);
        check("let Some(a) = b else { return };", 0, 2);
        check("a?.b()?;", 0, 1);
        check("a.map(|b| b + 1)", 0, 1);
        check("a.map(|b| { if b { c } })", 2, 2);
        check("a(if b { c } else { d }); if e { f }", 1, 3);
    }

    #[test]
    fn functions_are_named_after_their_owner() {
        let text =
            "impl Layer for nn::Dense<f32> { fn g() { fn h() {} } } trait T { fn i(); fn j() {} } fn k() {}";
        let found = functions("lib.rs", &syn::parse_file(text).unwrap(), false);
        let names: Vec<_> = found.functions.into_iter().map(|open| open.function.name).collect();
        assert_eq!(names, ["h", "Dense::g", "T::j", "k"]);
    }

    #[test]
    fn tests_count_as_tests_only() {
        let text =
            "#[cfg(test)] mod tests { use a; #[test] fn f() { unsafe {} } } #[test] fn g() {} fn h() {}
            #[cfg(all(unix, test))] fn i() {} #[cfg(not(test))] fn j() { unsafe {} }";
        let found = functions("lib.rs", &syn::parse_file(text).unwrap(), false);
        assert_eq!(
            (found.functions.len(), found.tests, found.unsafe_blocks, found.left_out.len()),
            (2, 2, 1, 3)
        );
    }
}
