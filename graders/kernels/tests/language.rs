//! The native kernels of milestone 5 are within the bound of their oracles, equal where nothing is rounded, and the same for
//! any number of threads.

mod support;

use support::Random;
use tito_kernels::{
    Judged, ShapeError, Wide,
    attention::{self, Attention},
    gelu,
    layer_norm::{self, Affine},
    position_embedding, token_embedding,
};
use tito_tensor::Tensor;

/// The worst error as a multiple of the bound must not be beyond it.
#[track_caller]
fn accepts(what: &str, judged: &Judged, native: &Tensor) {
    assert_eq!(judged.value.shape(), native.shape(), "{what}");
    let errors = native.data().iter().enumerate().map(|(at, &got)| (judged.excess(at, got), at));
    let (worst, at) = errors.fold((0.0, 0), |worst, error| if error.0 > worst.0 { error } else { worst });
    println!("{what}: {worst:.3}");
    assert!(
        worst <= 1.0,
        "{what}: element {at} is {}, not {}; {worst} times the bound",
        native.data()[at],
        judged.value.data()[at]
    );
}

#[test]
fn gelu_is_right() {
    for scale in [1e-3, 0.3, 1.0, 4.0, 30.0, 1e30] {
        let x = Random(1).tensor(&[64, 321], |random| scale * random.normal());
        let dy = Random(2).tensor(&[64, 321], Random::normal);
        let (wide, wide_dy) = (Wide::from(&x), Wide::from(&dy));
        accepts(&format!("gelu {scale}"), &gelu::oracle(&wide), &gelu::native(&x));
        let wanted = gelu::oracle_backward(&wide, &wide_dy).unwrap();
        let found = gelu::native_backward(&x, &dy).unwrap();
        accepts(&format!("gelu backward {scale}"), &wanted, &found);
    }
    // The limits, and what is no number.
    let ends = Tensor::new([3], vec![f32::INFINITY, f32::NEG_INFINITY, f32::NAN]).unwrap();
    let (found, slopes) =
        (gelu::native(&ends), gelu::native_backward(&ends, &Tensor::from_fn([3], |_| 1.0)).unwrap());
    assert_eq!((found.data()[0], found.data()[1]), (f32::INFINITY, 0.0));
    assert_eq!((slopes.data()[0], slopes.data()[1]), (1.0, 0.0));
    assert!(found.data()[2].is_nan() && slopes.data()[2].is_nan());
}

fn tokens(random: &mut Random, shape: &[u32], entries: u32) -> Tensor {
    random.tensor(shape, |random| (random.uniform() * entries as f32).floor())
}

#[test]
fn embeddings_are_right() {
    for (shape, entries, width) in
        [([3, 7], 11, 5), ([1, 1], 1, 1), ([16, 64], 65, 64), ([0, 4], 3, 2), ([2, 0], 3, 2), ([2, 3], 4, 0)]
    {
        let mut random = Random(3);
        let (tokens, table) =
            (tokens(&mut random, &shape, entries), random.tensor(&[entries, width], Random::normal));
        let [n, t] = shape;
        let dy = random.tensor(&[n, t, width], Random::normal);
        let [wide_tokens, wide_table, wide_dy] = [&tokens, &table, &dy].map(Wide::from);
        let wanted = token_embedding::oracle(&wide_tokens, &wide_table).unwrap();
        let vectors = token_embedding::native(&tokens, &table).unwrap();
        accepts("token-embedding", &wanted, &vectors);
        let wanted = token_embedding::oracle_backward(&wide_tokens, &wide_table, &wide_dy).unwrap();
        let found = token_embedding::native_backward(&tokens, &table, &dy).unwrap();
        accepts("token-embedding to input", &wanted.input, &found.input);
        accepts("token-embedding to table", &wanted.parameters[0], &found.parameters[0]);

        let positions = random.tensor(&[t + 3, width], Random::normal);
        let [x, wide_positions] = [&vectors, &positions].map(Wide::from);
        let wanted = position_embedding::oracle(&x, &wide_positions).unwrap();
        let found = position_embedding::native(&vectors, &positions).unwrap();
        accepts("position-embedding", &wanted, &found);
        // The sum of two is rounded once, however it is written.
        accepts("position-embedding", &Judged::exact(wanted.value), &found);
        let wanted = position_embedding::oracle_backward(&x, &wide_positions, &wide_dy).unwrap();
        let found = position_embedding::native_backward(&vectors, &positions, &dy).unwrap();
        accepts("position-embedding to input", &wanted.input, &found.input);
        accepts("position-embedding to table", &wanted.parameters[0], &found.parameters[0]);
        let behind = &found.parameters[0].data()[(t * width) as usize..];
        assert!(behind.iter().all(|&sum| sum == 0.0), "rows that no place has used");
    }
}

#[test]
fn layer_normalisation_is_right() {
    for (shape, offset, scale) in [
        (&[16, 64, 64][..], 0.0, 1.0),
        (&[5, 7], 0.0, 1.0),
        (&[3, 2, 33], 300.0, 1.0),
        (&[300, 100], 1e-3, 1e-4),
        (&[4, 1], 2.0, 1.0),
        (&[9], -3.0, 1.0),
        (&[0, 8], 0.0, 1.0),
        (&[4, 0], 0.0, 1.0),
    ] {
        let mut random = Random(4);
        let x = random.tensor(shape, |random| offset + scale * random.normal());
        let features = *shape.last().unwrap();
        let (gamma, beta) =
            (random.tensor(&[features], Random::normal), random.tensor(&[features], Random::normal));
        let dy = random.tensor(shape, Random::normal);
        let native = Affine { gamma: &gamma, beta: &beta, epsilon: 1e-5 };
        let [wx, wg, wb, wdy] = [&x, &gamma, &beta, &dy].map(Wide::from);
        let oracle = Affine { gamma: &wg, beta: &wb, epsilon: 1e-5 };
        let what = format!("layer-norm {shape:?} at {offset}");
        accepts(&what, &layer_norm::oracle(&wx, oracle).unwrap(), &layer_norm::native(&x, native).unwrap());
        let wanted = layer_norm::oracle_backward(&wx, oracle, &wdy).unwrap();
        let found = layer_norm::native_backward(&x, native, &dy).unwrap();
        accepts(&format!("{what} to input"), &wanted.input, &found.input);
        for (wanted, found) in wanted.parameters.iter().zip(&found.parameters) {
            accepts(&format!("{what} to parameter"), wanted, found);
        }
    }
}

/// Parameters of attention whose outputs are of the size of its inputs.
fn projections(random: &mut Random, width: u32) -> Vec<Tensor> {
    let scale = 1.0 / (width as f32).sqrt();
    let pair = |random: &mut Random| {
        [
            random.tensor(&[width, width], |random| scale * random.normal()),
            random.tensor(&[width], |random| 0.1 * random.normal()),
        ]
    };
    (0..4).flat_map(|_| pair(random)).collect()
}

fn wides(tensors: &[Tensor]) -> Vec<Wide> {
    tensors.iter().map(Wide::from).collect()
}

#[test]
fn attention_is_right() {
    for (shape, heads) in [
        ([2, 64, 64], 4),
        ([1, 150, 32], 2),
        ([3, 7, 12], 3),
        ([1, 1, 4], 4),
        ([2, 5, 3], 1),
        ([0, 5, 4], 2),
        ([2, 0, 4], 2),
        ([2, 3, 0], 2),
    ] {
        for (causal, scale) in [(true, 1.0), (false, 1.0), (true, 5.0), (true, 0.01)] {
            let mut random = Random(7);
            let attention = Attention { heads, causal };
            let x = random.tensor(&shape, |random| scale * random.normal());
            let parameters = projections(&mut random, shape[2]);
            let dy = random.tensor(&shape, Random::normal);
            let (wide, wide_parameters, wide_dy) = (Wide::from(&x), wides(&parameters), Wide::from(&dy));
            let what = format!("attention {shape:?} {attention:?} {scale}");
            let wanted = attention::oracle(&wide, &wide_parameters, attention).unwrap();
            let (found, kept) = attention::native_keeping(&x, &parameters, attention).unwrap();
            accepts(&what, &wanted, &found);
            assert_eq!(attention::native(&x, &parameters, attention).unwrap(), found);
            let wanted = attention::oracle_backward(&wide, &wide_parameters, attention, &wide_dy).unwrap();
            let found = attention::native_backward(&x, &parameters, attention, &dy).unwrap();
            let by = attention::native_backward_by(&x, &parameters, attention, &kept, &dy).unwrap();
            assert_eq!(by, found);
            accepts(&format!("{what} to input"), &wanted.input, &found.input);
            assert_eq!(found.parameters.len(), 8);
            for (at, (wanted, found)) in wanted.parameters.iter().zip(&found.parameters).enumerate() {
                accepts(&format!("{what} to parameter {at}"), wanted, found);
            }
        }
    }
}

#[test]
fn causal_attention_never_sees_what_comes() {
    let mut random = Random(8);
    let parameters = projections(&mut random, 12);
    let x = random.tensor(&[2, 100, 12], Random::normal);
    let attention = Attention { heads: 3, causal: true };
    let before = attention::native(&x, &parameters, attention).unwrap();
    for place in [0, 1, 40, 63, 64, 99] {
        let mut changed = x.clone();
        for sequence in changed.data_mut().chunks_mut(1200) {
            sequence[place * 12..].iter_mut().for_each(|x| *x = 1e3 - *x);
        }
        let after = attention::native(&changed, &parameters, attention).unwrap();
        for (before, after) in before.data().chunks(1200).zip(after.data().chunks(1200)) {
            assert_eq!(before[..place * 12], after[..place * 12], "up to {place}");
            assert_ne!(before[place * 12..], after[place * 12..], "from {place}");
        }
    }
}

#[test]
fn any_number_of_threads_gives_the_same_bits() {
    let mut random = Random(5);
    let x = random.tensor(&[23, 61, 48], Random::normal);
    let dy = random.tensor(&[23, 61, 48], Random::normal);
    let (gamma, beta) = (random.tensor(&[48], Random::normal), random.tensor(&[48], Random::normal));
    let affine = Affine { gamma: &gamma, beta: &beta, epsilon: 1e-5 };
    let parameters = projections(&mut random, 48);
    let attention = Attention { heads: 4, causal: true };
    let on = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let norm = layer_norm::native_backward(&x, affine, &dy).unwrap();
            let attended = attention::native_backward(&x, &parameters, attention, &dy).unwrap();
            let outputs = [
                attention::native(&x, &parameters, attention).unwrap(),
                attended.input,
                gelu::native(&x),
                gelu::native_backward(&x, &dy).unwrap(),
                layer_norm::native(&x, affine).unwrap(),
                norm.input,
            ];
            outputs.into_iter().chain(norm.parameters).chain(attended.parameters).collect::<Vec<_>>()
        })
    };
    let one = on(1);
    for threads in [2, 3, 7] {
        let several = on(threads);
        assert!(several.iter().zip(&one).all(|(several, one)| several.same_bits(one)), "{threads} threads");
    }
}

#[track_caller]
fn told<T: std::fmt::Debug>(words: &str, given: Result<T, ShapeError>) {
    let error = given.unwrap_err().to_string();
    assert!(error.contains(words), "{error}");
}

#[test]
fn what_does_not_fit_is_told() {
    let zeros = |shape: &[u32]| Tensor::zeros(shape.to_vec());
    let table = zeros(&[5, 3]);
    for (token, name) in [(5.0, "5"), (-1.0, "-1"), (0.5, "0.5"), (f32::NAN, "NaN"), (f32::INFINITY, "inf")] {
        let tokens = Tensor::new([1, 2], vec![4.0, token]).unwrap();
        let words = format!("element 1 is {name}, which is no row of table [5, 3]");
        told(&words, token_embedding::native(&tokens, &table));
        told(&words, token_embedding::oracle(&Wide::from(&tokens), &Wide::from(&table)));
        told(&words, token_embedding::native_backward(&tokens, &table, &zeros(&[1, 2, 3])));
    }
    told("give tokens [n, t]", token_embedding::native(&zeros(&[2]), &table));
    told("table [5] is not [entries, width]", token_embedding::native(&zeros(&[1, 2]), &zeros(&[5])));
    told("not the same shape", token_embedding::native_backward(&zeros(&[1, 2]), &table, &zeros(&[1, 2, 4])));
    told("give sequences [n, t, width]", position_embedding::native(&zeros(&[2, 3]), &table));
    told("do not meet", position_embedding::native(&zeros(&[1, 6, 3]), &table));
    told("do not meet", position_embedding::native(&zeros(&[1, 5, 4]), &table));
    let (three, two) = (zeros(&[3]), zeros(&[2]));
    let affine = Affine { gamma: &three, beta: &two, epsilon: 1e-5 };
    told("beta [2] has not one element for each of 3 features", layer_norm::native(&zeros(&[4, 3]), affine));
    told("to a scalar", layer_norm::native(&zeros(&[]), affine));
    let attend = |x: &[u32], parameters: &[&[u32]], heads| {
        let parameters: Vec<_> = parameters.iter().map(|shape| zeros(shape)).collect();
        attention::native(&zeros(x), &parameters, Attention { heads, causal: true })
    };
    let (w, b): (&[u32], &[u32]) = (&[4, 4], &[4]);
    let eight = [w, b, w, b, w, b, w, b];
    told("give sequences [n, t, width]", attend(&[3, 4], &eight, 2));
    told("[1, 3, 4]: its width is not a multiple of 3 heads", attend(&[1, 3, 4], &eight, 3));
    told("0 heads", attend(&[1, 3, 4], &eight, 0));
    told("it has 8 parameters, not 7", attend(&[1, 3, 4], &eight[..7], 2));
    told("[4] and [4, 4] are not the same shape", attend(&[1, 3, 4], &[b, w, w, b, w, b, w, b], 2));
    told("[3, 4] and [4, 4] are not the same", attend(&[1, 3, 4], &[w, b, w, b, w, b, &[3, 4], b], 2));
    told("not the same shape", gelu::native_backward(&two, &three));
}
