//! `tito train`: the same bytes whenever an epoch is trained, and a log that gives way to nobody.

use std::fs::{self, File};

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
    home.check(&train, 0, "epochs 2 to 3 go to 'training'");
    assert_eq!(lines(&home), log);
    assert_eq!(fs::read(home.here("training/model.ckpt")).unwrap(), model);
    let replay = |epoch, code, says| {
        home.check(&["train", "--component", &reference(), "--replay", epoch], code, says);
    };
    replay("1", 0, "the same bytes, fuel and reports");
    replay("3", 0, "the same bytes, fuel and reports");
    replay("4", 2, "and no epoch 4");
    home.write("train.toml", PLAN.replace('\n', "\r\n"));
    replay("1", 0, "the same bytes, fuel and reports");
}

#[test]
fn a_trained_network_is_graded_on_what_it_was_trained_on() {
    let home = home();
    home.write("train.toml", PLAN.replace("epochs = 3", "epochs = 8").replace("flip = true", "flip = false"));
    home.write("component.wasm", fs::read(reference()).unwrap());
    home.check(&["train"], 0, "Hand it in with component.wasm");
    home.write("model.ckpt", fs::read(home.here("training/model.ckpt")).unwrap());
    let report = home.run(&["milestone", "test", "2", "--json"]).out;
    let accuracy = report.split("\"cnn_accuracy\": ").nth(1).unwrap().split(',').next().unwrap();
    assert!(accuracy.parse::<f64>().unwrap() > 0.9, "{accuracy}");
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
        "has another component",
    );
    home.write("train.toml", PLAN);
    home.check(&train, 2, "has another plan");
    home.write("train.toml", PLAN.replace("epochs = 3", "epochs = 2"));
    let replay = ["train", "--component", &reference(), "--replay", "1"];
    let fuel = log[0].replace("\"fuel\":", "\"fuel\":1");
    home.write("training/log.jsonl", format!("{fuel}\n{}\n", log[1]));
    home.check(&train, 1, "line 1: it was changed: line 2 follows another");
    home.check(&train, 1, "delete line 1 of 'training/log.jsonl' and those after it");
    home.write("training/log.jsonl", format!("{fuel}\n"));
    home.check(&replay, 1, "NOT what the log says");
    let (before, rest) = log[0].split_once("\"training_accuracy\":").unwrap();
    let (_, after) = rest.split_once(',').unwrap();
    home.write("training/log.jsonl", format!("{before}\"training_accuracy\":1.0,{after}"));
    home.check(&replay, 1, "NOT what the log says");
    home.write("training/log.jsonl", log[0].replace(',', ", "));
    home.check(&replay, 1, "it was written by somebody else");
    home.write("training/log.jsonl", log.join("\n"));
    home.write("training/epoch-001.ckpt", "something else");
    home.check(
        &["train", "--component", &reference(), "--replay", "2"],
        1,
        "is not the checkpoint that the log names",
    );
}

#[test]
fn a_broken_training_is_mended_before_it_is_to_be_handed_in() {
    const SHORT: &str = r#"
        data = "tinydigits"
        network = ["flatten", { dense = { inputs = 64, outputs = 10 } }]
        optimizer = { sgd = {} }
        learning-rate = 0.1
        epochs = 4
        batch-size = 64
        seed = 5
    "#;
    let home = Home::new();
    home.write("train.toml", SHORT);
    let train = ["train", "--component", &reference()];
    home.check(&train, 0, "4 epochs, ");
    let log = lines(&home);
    let whole = |name: &str| fs::read(home.here("training").join(name)).unwrap();
    let names =
        ["epoch-001.ckpt", "epoch-002.ckpt", "epoch-003.ckpt", "epoch-004.ckpt", "log.jsonl", "train.toml"];
    let before = names.map(whole);
    let check = |arguments: &[&str], says: &str| {
        home.check(arguments, 0, says);
        assert!(names.map(whole) == before, "{says}");
    };
    home.write("training/epoch-003.ckpt", &before[2][..before[2].len() - 1]);
    check(
        &train,
        "note: 'training/epoch-003.ckpt' is not the checkpoint that the log names; epoch 3 is trained",
    );
    fs::remove_file(home.here("training/epoch-001.ckpt")).unwrap();
    fs::remove_file(home.here("training/epoch-002.ckpt")).unwrap();
    home.write("training/train.toml", "");
    check(&train, "note: 'training/epoch-002.ckpt' is missing; epoch 2 is trained again");
    let replay = ["train", "--component", &reference(), "--replay", "2"];
    home.write("training/epoch-002.ckpt", "something else");
    check(
        &replay,
        "reports; 'training/epoch-002.ckpt' is not the checkpoint that the log names, and is written again",
    );
    home.write("training/log.jsonl", log[..3].join("\n") + "\n" + &log[3][..70]);
    check(&train, "note: line 4 of 'training/log.jsonl' breaks off, and is left out");
    let after = log[3].split("\"after\":\"").nth(1).unwrap()[..64].to_owned();
    home.write("training/log.jsonl", log.join("\n").replace(&after, &"0".repeat(64)));
    home.check(&train, 1, "epoch 4 again is not what the log says");
    home.check(&train, 1, "delete line 4 of 'training/log.jsonl'");
    home.write("training/log.jsonl", log.join("\n").replacen("\"epoch\":2", "\"epoch\": 2", 1));
    home.check(&train, 1, "delete line 2 of 'training/log.jsonl'");
}

#[test]
fn where_a_training_may_lie_is_told() {
    let home = home();
    home.check(
        &["train", "--component", &reference(), "--out", "train.toml"],
        2,
        "'train.toml': it is no folder",
    );
    let replay = ["train", "--component", &reference(), "--replay", "1", "--out", "nowhere"];
    home.check(&replay, 2, "there is no training in 'nowhere' to replay");
    assert!(!home.here("nowhere").exists());
}

#[test]
fn a_folder_is_one_trainings_alone() {
    let home = home();
    let train = ["train", "--component", &reference(), "--out", "."];
    home.write("model.ckpt", "precious");
    home.check(&train, 2, "there is a model.ckpt in '.', and no log");
    fs::remove_file(home.here("model.ckpt")).unwrap();
    let lock = File::create(home.here(".lock")).unwrap();
    lock.lock().unwrap();
    home.check(&train, 2, "another tito trains in '.'");
}

#[test]
fn what_cannot_train_says_so() {
    let home = home();
    let hello = prebuilt("examples/prebuilt/hello-layer.wasm");
    home.check(
        &["train", "--component", &hello],
        1,
        "the component does not train: `build` gives the fault unsupported",
    );
    let train = ["train", "--component", &reference()];
    let guest = |name| prebuilt(&format!("tests/guests/prebuilt/{name}.wasm"));
    let dropped = ["train", "--component", &guest("wrong_last_batch_dropped")];
    home.check(&dropped, 1, "not every example was used once");
    let silent = ["train", "--component", &guest("wrong_last_epoch_not_reported")];
    home.check(&silent, 1, "0 epochs were reported");
    for (from, to, code, says) in [
        ("inputs = 64", "inputs = 63", 2, "does not fit what comes before it"),
        ("validation = 148", "validation = 1000", 2, "validation must be at most 269"),
        ("learning-rate = 0.05", "learning-rate = 1e6", 1, "training diverged"),
    ] {
        home.write("train.toml", PLAN.replace(from, to));
        home.check(&train, code, says);
    }
    fs::remove_file(home.here("train.toml")).unwrap();
    home.check(&train, 2, "cannot read the plan 'train.toml'");
}
