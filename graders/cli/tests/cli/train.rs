//! `tito train`: the same bytes whenever an epoch is trained, and a log that gives way to nobody.

use std::fs;

use crate::home::{Home, prebuilt, reference};

const PLAN: &str = r#"
data = "tinydigits"
network = [
    { conv2d = { in-channels = 1, out-channels = 4, kernel = [3, 3], padding = [1, 1] } },
    { batch-norm2d = { features = 4 } }, "relu", { max-pool2d = { kernel = [2, 2] } }, "flatten",
    { dropout = 0.1 }, { dense = { inputs = 64, outputs = 10 } },
]
optimizer = { sgd = { momentum = 0.9, weight-decay = 5e-4 } }
learning-rate = 0.05
warm-up = 0.2
epochs = 3
batch-size = 32
validation = 148
flip = true
seed = 5
"#;

fn home() -> Home {
    let home = Home::new();
    home.write("train.toml", PLAN);
    home
}

fn lines(home: &Home) -> Vec<String> {
    fs::read_to_string(home.here("training/log.jsonl")).unwrap().lines().map(str::to_owned).collect()
}

#[test]
fn a_training_goes_on_where_it_was_and_ends_in_the_same_bytes() {
    let home = home();
    let train = ["train", "--component", &reference()];
    home.check(&train, 0, "3 epochs, ");
    let (log, model) = (lines(&home), fs::read(home.here("training/model.ckpt")).unwrap());
    assert_eq!(log.len(), 3);
    assert_eq!(fs::read(home.here("training/epoch-003.ckpt")).unwrap(), model);
    home.write("training/log.jsonl", log[0].clone() + "\n");
    fs::remove_file(home.here("training/model.ckpt")).unwrap();
    home.check(&train, 0, "epochs 1 to 1 are there");
    assert_eq!(lines(&home), log);
    assert_eq!(fs::read(home.here("training/model.ckpt")).unwrap(), model);
    for epoch in ["1", "3"] {
        home.check(
            &["train", "--component", &reference(), "--replay", epoch],
            0,
            "the same bytes, the same fuel",
        );
    }
    home.check(&["train", "--component", &reference(), "--replay", "4"], 2, "and no epoch 4");
}

#[test]
fn what_was_changed_is_neither_gone_on_with_nor_replayed() {
    let home = home();
    home.write("train.toml", PLAN.replace("epochs = 3", "epochs = 2"));
    let train = ["train", "--component", &reference()];
    home.check(&train, 0, "2 epochs, ");
    let log = lines(&home);
    home.check(
        &["train", "--component", &prebuilt("examples/prebuilt/textbook.wasm")],
        2,
        "another component",
    );
    home.write("train.toml", PLAN);
    home.check(&train, 2, "another plan");
    home.write("train.toml", PLAN.replace("epochs = 3", "epochs = 2"));
    let fuel = log[0].replace("\"fuel\":", "\"fuel\":1");
    home.write("training/log.jsonl", format!("{fuel}\n{}\n", log[1]));
    home.check(&train, 2, "line 2: the line before it was changed");
    home.write("training/log.jsonl", format!("{fuel}\n"));
    home.check(&["train", "--component", &reference(), "--replay", "1"], 1, "NOT what the log says");
    home.write("training/log.jsonl", log.join("\n"));
    home.write("training/epoch-001.ckpt", "something else");
    home.check(
        &["train", "--component", &reference(), "--replay", "2"],
        2,
        "is not the checkpoint that the log names",
    );
}

#[test]
fn what_cannot_train_says_so() {
    let home = home();
    let hello = prebuilt("examples/prebuilt/hello-layer.wasm");
    home.check(&["train", "--component", &hello], 1, "the component does not train: the fault unsupported");
    home.write("train.toml", PLAN.replace("inputs = 64", "inputs = 63"));
    home.check(&["train", "--component", &reference()], 2, "does not fit what comes before it");
    fs::remove_file(home.here("train.toml")).unwrap();
    home.check(&["train", "--component", &reference()], 2, "cannot read the plan 'train.toml'");
}
