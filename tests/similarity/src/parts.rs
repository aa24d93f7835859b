//! Components of which a part only is copied: functions of one module beside another module.

use wasm_encoder::{
    CodeSection, Component, ComponentSectionId, Function, Module, RawSection,
    reencode::{Error, Reencode, utils},
};
use wasmparser::{FunctionBody, Parser};

/// A component of core modules, which nothing connects.
pub fn component(modules: &[&[u8]]) -> Vec<u8> {
    let mut component = Component::new();
    for module in modules {
        component.section(&RawSection { id: ComponentSectionId::CoreModule.into(), data: module });
    }
    component.finish()
}

/// A module in which the other functions do nothing.
pub fn keeping(module: &[u8], keeps: impl Fn(usize) -> bool) -> Vec<u8> {
    struct Keeping<F>(usize, F);
    impl<F: Fn(usize) -> bool> Reencode for Keeping<F> {
        type Error = std::convert::Infallible;
        fn parse_function_body(
            &mut self,
            code: &mut CodeSection,
            body: FunctionBody<'_>,
        ) -> Result<(), Error<Self::Error>> {
            self.0 += 1;
            if (self.1)(self.0 - 1) {
                return utils::parse_function_body(self, code, body);
            }
            let mut nothing = Function::new([]);
            nothing.instructions().unreachable().end();
            code.function(&nothing);
            Ok(())
        }
    }
    let mut kept = Module::new();
    let mut keeping = Keeping(0, keeps);
    keeping.parse_core_module(&mut kept, Parser::new(0), module).expect("the compiler's modules are well");
    kept.finish()
}
