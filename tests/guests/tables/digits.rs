//! What a mean digit of TinyDigits looks like, digit by digit: every pixel a hexadecimal digit.

use guests::{LayerSpec, Tensor};

const DIGITS: [&[u8; 64]; 10] = [
    b"004cb30001cdbb1003d52b3005c2086006b1087003c21b5001c9ac20004dc500",
    b"0029a610004cd810017ed710029dd600016bd500005ad600004ad7210029c831",
    b"019d920005dbc5000474b6000124b4000018a200015b721001adba71019dcb82",
    b"018dd71004c8bb200233b9100018d5000015bb2000114b6001768c60009ed810",
    b"0007b200003c821001ab554004e67a6008e9cd5006bcea200137d4000017b200",
    b"019cdb4004eb862005d5210005db840002788720001378200158a71001ae9200",
    b"001a9100007e610001c9100002d8420003ecba3002ea599000ac5ba0001aec40",
    b"005cda5101abac5101527b300146bc50019deb40015ba410003c6000006b2000",
    b"005bc60002cb9b2003b77b20018cc700007dc40001a8981001a88920005cc610",
    b"005bb61002c99b2003c58d3002abcd4000355b500001295001655a50005bc820",
];

/// Whether a layer takes TinyDigits' images for their classes.
pub(crate) fn classifies(spec: &LayerSpec) -> bool {
    matches!(spec, LayerSpec::Dense(dense) if (dense.inputs, dense.outputs) == (64, 10))
}

/// Puts the weights and biases into such a layer that find the nearest mean digit: nine images of ten are recognised.
pub(crate) fn put(mut parameters: Vec<&mut Tensor>) {
    for (digit, pixels) in DIGITS.iter().enumerate() {
        let pixels = pixels.map(|byte| (byte as char).to_digit(16).unwrap_or(0) as f32 / 15.0);
        for (pixel, x) in pixels.iter().enumerate() {
            parameters[0].data_mut()[pixel * 10 + digit] = *x;
        }
        parameters[1].data_mut()[digit] = -0.5 * pixels.iter().map(|x| x * x).sum::<f32>();
    }
}
