;; A component's core module that does what the contract's types ask for and nothing more: one model, no
;; parameters, and a `forward` that gives its input back. A test replaces the parts in braces.
(module
  (import "[export]tinytorch:framework/models@0.1.0" "[resource-new]model"
    (func $new (param i32) (result i32)))
  {imports}
  (memory (export "memory") {pages})
  (global $heap (mut i32) (i32.const 4096))
  {items}

  ;; The next free address, aligned to 16 bytes; grows the memory by what is missing.
  (func $alloc (param $bytes i32) (result i32)
    (local $at i32)
    (local.set $at (global.get $heap))
    (global.set $heap
      (i32.and (i32.add (i32.add (global.get $heap) (local.get $bytes)) (i32.const 15)) (i32.const -16)))
    (block $enough
      (br_if $enough
        (i32.le_u (global.get $heap) (i32.mul (memory.size) (i32.const 65536))))
      (br_if $enough
        (i32.ne (i32.const -1)
          (memory.grow
            (i32.add (i32.const 1) (i32.sub (i32.shr_u (global.get $heap) (i32.const 16)) (memory.size))))))
      (unreachable))
    (local.get $at))

  ;; Writes the answer tensor at 640, where zero stands for `ok`.
  (func $tensor (param $shape i32) (param $rank i32) (param $data i32) (param $elements i32) (result i32)
    (i32.store (i32.const 640) (i32.const 0))
    (i32.store (i32.const 644) (local.get $shape))
    (i32.store (i32.const 648) (local.get $rank))
    (i32.store (i32.const 652) (local.get $data))
    (i32.store (i32.const 656) (local.get $elements))
    (i32.const 640))

  (func (export "cabi_realloc")
    (param $old i32) (param $old_bytes i32) (param $align i32) (param $bytes i32) (result i32)
    {realloc})

  (func (export "tinytorch:framework/models@0.1.0#[static]model.build")
    (param $layers i32) (param $count i32) (param $seed i64) (result i32)
    {build})

  (func (export "tinytorch:framework/models@0.1.0#[method]model.parameters") (param $self i32) (result i32)
    {parameters})

  (func (export "tinytorch:framework/models@0.1.0#[method]model.load")
    (param $self i32) (param $list i32) (param $count i32) (result i32)
    (i32.const 512))

  (func (export "tinytorch:framework/models@0.1.0#[method]model.forward")
    (param $self i32) (param $shape i32) (param $rank i32) (param $data i32) (param $elements i32)
    (param $mode i32) (result i32)
    {forward})

  (func (export "tinytorch:framework/models@0.1.0#[method]model.backward")
    (param $self i32) (param $shape i32) (param $rank i32) (param $data i32) (param $elements i32) (result i32)
    (unreachable))

  (func (export "tinytorch:framework/models@0.1.0#[method]model.gradients") (param $self i32) (result i32)
    (i32.const 512))

  (func (export "tinytorch:framework/models@0.1.0#[method]model.zero-gradients") (param $self i32))

  (func (export "tinytorch:framework/models@0.1.0#[dtor]model") (param $self i32)
    {dtor})

  (func (export "cabi_post_tinytorch:framework/models@0.1.0#[method]model.forward") (param $answer i32)
    {post-forward}))
