//! An external program in Rust, without crates: impls/PROTOCOL.md in one file, for models with one layer, in
//! f64 and f32.

use std::error::Error;
use std::fs::{self, File};
use std::io::{BufRead, BufReader, Write};
use std::ops::{Add, AddAssign, Div, Mul, Sub, SubAssign};
use std::os::unix::io::FromRawFd;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// What training needs of f32 and f64, and how NumPy names them.
trait Real:
    Copy
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + AddAssign
    + SubAssign
    + From<f32>
    + Into<f64>
{
    const DESCR: &'static str;
    fn of(value: f64) -> Self;
    fn exp(self) -> Self;
    fn read(bytes: &[u8]) -> Vec<Self>;
    fn write(self, bytes: &mut Vec<u8>);
}

macro_rules! real {
    ($type:ident, $descr:literal) => {
        impl Real for $type {
            const DESCR: &'static str = $descr;
            fn of(value: f64) -> Self {
                value as $type
            }
            fn exp(self) -> Self {
                $type::exp(self)
            }
            fn read(bytes: &[u8]) -> Vec<Self> {
                let elements = bytes.chunks_exact(std::mem::size_of::<$type>());
                elements.map(|element| $type::from_le_bytes(element.try_into().unwrap())).collect()
            }
            fn write(self, bytes: &mut Vec<u8>) {
                bytes.extend(self.to_le_bytes())
            }
        }
    };
}
real!(f32, "<f4");
real!(f64, "<f8");

fn invalid(what: &str, text: &str) -> Box<dyn Error> {
    format!("{what}: {text}").into()
}

/// What follows a key and its colon. This and the next two read these messages, not all of JSON: keys are
/// found by name wherever they are, and texts must not contain escapes.
fn after<'a>(message: &'a str, key: &str) -> Result<&'a str> {
    let quoted = format!("\"{key}\"");
    let mut places = message.match_indices(&quoted).map(|(at, _)| message[at + quoted.len()..].trim_start());
    let value = places.find_map(|rest| rest.strip_prefix(':')); // without a colon, it is a value
    value.map(str::trim_start).ok_or_else(|| invalid("no such key in a message", key))
}

fn text<'a>(message: &'a str, key: &str) -> Result<&'a str> {
    let value = after(message, key)?.strip_prefix('"').and_then(|rest| rest.split('"').next());
    value.filter(|text| !text.contains('\\')).ok_or_else(|| invalid("not a text without escapes", key))
}

fn number(message: &str, key: &str) -> Result<f64> {
    let value = after(message, key)?.split([',', ']', '}']).next().unwrap_or("").trim();
    value.parse().map_err(|_| invalid("not a number", value))
}

/// The elements of an .npy file of version 1, whose type the message has already told.
fn load<R: Real>(path: &str, count: usize) -> Result<Vec<R>> {
    let bytes = fs::read(path)?;
    let head = bytes.get(8..10).map(|length| 10 + usize::from(length[0]) + 256 * usize::from(length[1]));
    let values = head.and_then(|head| bytes.get(head..)).map(R::read);
    values
        .filter(|values| values.len() == count)
        .ok_or_else(|| invalid("not an .npy file of the right size", path))
}

fn save<R: Real>(path: String, values: &[R], columns: usize) -> Result<()> {
    let (descr, rows) = (R::DESCR, values.len() / columns);
    let head = format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': ({rows}, {columns}), }}");
    let mut bytes = b"\x93NUMPY\x01\x00\x76\x00".to_vec();
    bytes.extend(format!("{head:117}\n").bytes());
    values.iter().for_each(|value| value.write(&mut bytes));
    Ok(fs::write(path, bytes)?)
}

fn send(answers: &mut File, message: &str) -> Result<()> {
    Ok(writeln!(answers, "{message}")?)
}

#[derive(Clone, Copy)]
enum Loss {
    HalfMse,
    Mse,
    Bce,
}

impl Loss {
    /// Of one element; in f64 for either type.
    fn value(self, o: f64, y: f64) -> f64 {
        match self {
            Loss::HalfMse => (o - y) * (o - y) / 2.0,
            Loss::Mse => (o - y) * (o - y),
            Loss::Bce => o.max(0.0) - o * y + (-o.abs()).exp().ln_1p(),
        }
    }

    fn prediction<R: Real>(self, o: R) -> R {
        match self {
            Loss::Bce => R::of(1.0) / (R::of(1.0) + (R::of(0.0) - o).exp()),
            _ => o,
        }
    }
}

struct Problem<R> {
    names: [String; 2], // of weights and bias
    loss: Loss,
    lr: R,
    inputs: usize,
    outputs: usize,
    x: Vec<R>,
    y: Vec<R>,
    x_test: Vec<R>,
    w: Vec<R>, // inputs x outputs, as b the start parameters
    b: Vec<R>,
}

/// A problem of either type.
trait Train {
    fn train(&self, out: &str, epochs: usize, checked: bool, answers: &mut File) -> Result<()>;
}

impl<R: Real> Problem<R> {
    fn new(message: &str, inputs: usize, outputs: usize) -> Result<Self> {
        let loss = match text(message, "loss")? {
            "half_mse" => Loss::HalfMse,
            "mse" => Loss::Mse,
            "bce" => Loss::Bce,
            other => return Err(invalid("a loss that was not declared", other)),
        };
        let (rows, tests) = (number(message, "rows")? as usize, number(message, "test_rows")? as usize);
        let params = after(message, "params")?; // a list of two: the weights, then the bias
        let names = [text(params, "name")?.into(), text(after(params, "name")?, "name")?.into()];
        Ok(Problem {
            names,
            loss,
            lr: R::of(number(message, "lr")?),
            inputs,
            outputs,
            x: load(text(message, "x")?, rows * inputs)?,
            y: load(text(message, "y")?, rows * outputs)?,
            x_test: load(text(message, "x_test")?, tests * inputs)?,
            w: load(text(params, "path")?, inputs * outputs)?,
            b: load(text(after(params, "path")?, "path")?, outputs)?,
        })
    }

    /// The output of the layer for one row: logits for bce.
    fn forward(&self, row: &[R], w: &[R], b: &[R], o: &mut [R]) {
        o.copy_from_slice(b);
        for (&x, weights) in row.iter().zip(w.chunks_exact(self.outputs)) {
            for (o, &weight) in o.iter_mut().zip(weights) {
                *o += x * weight;
            }
        }
    }

    /// One step of gradient descent; returns the loss before it, or 0 if it is not needed.
    fn epoch(&self, w: &mut [R], b: &mut [R], checked: bool) -> f64 {
        let count = self.y.len() as f64;
        let scale = R::of(if matches!(self.loss, Loss::Mse) { 2.0 } else { 1.0 } / count);
        let (mut gradient_w, mut gradient_b) = (vec![R::of(0.0); w.len()], vec![R::of(0.0); b.len()]);
        let (mut o, mut loss) = (vec![R::of(0.0); self.outputs], 0.0);
        for (row, y) in self.x.chunks_exact(self.inputs).zip(self.y.chunks_exact(self.outputs)) {
            self.forward(row, w, b, &mut o);
            for (k, (&o, &y)) in o.iter().zip(y).enumerate() {
                if checked {
                    loss += self.loss.value(o.into(), y.into());
                }
                let delta = (self.loss.prediction(o) - y) * scale;
                gradient_b[k] += delta;
                for (&x, gradients) in row.iter().zip(gradient_w.chunks_exact_mut(self.outputs)) {
                    gradients[k] += x * delta;
                }
            }
        }
        w.iter_mut().zip(gradient_w).for_each(|(p, gradient)| *p -= self.lr * gradient);
        b.iter_mut().zip(gradient_b).for_each(|(p, gradient)| *p -= self.lr * gradient);
        loss / count
    }
}

impl<R: Real> Train for Problem<R> {
    fn train(&self, out: &str, epochs: usize, checked: bool, answers: &mut File) -> Result<()> {
        // Every training begins with the start parameters.
        let (mut w, mut b) = (self.w.clone(), self.b.clone());
        let losses: Vec<f64> =
            (1..=epochs).flat_map(|e| [e as f64, self.epoch(&mut w, &mut b, checked)]).collect();
        send(answers, r#"{"type":"trained"}"#)?; // the clock stops here
        let mut predictions = vec![R::of(0.0); self.x_test.len() / self.inputs * self.outputs];
        for (row, o) in self.x_test.chunks_exact(self.inputs).zip(predictions.chunks_exact_mut(self.outputs))
        {
            self.forward(row, &w, &b, o);
            o.iter_mut().for_each(|o| *o = self.loss.prediction(*o));
        }
        save(format!("{out}/predictions.npy"), &predictions, self.outputs)?;
        for (name, values) in self.names.iter().zip([&w, &b]) {
            save(format!("{out}/{name}.npy"), values, self.outputs)?;
        }
        if checked {
            save(format!("{out}/loss.npy"), &losses, 2)?;
        }
        send(answers, r#"{"type":"done"}"#)
    }
}

/// Returns None if the problem is not supported, because it has hidden layers.
fn take(message: &str) -> Result<Option<Box<dyn Train>>> {
    let layers = after(message, "layers")?.trim_start_matches('[').split(']').next().unwrap_or("");
    let sizes: Vec<usize> = layers.split(',').filter_map(|size| size.trim().parse().ok()).collect();
    match (sizes.as_slice(), text(message, "dtype")?) {
        (&[inputs, outputs], "f32") => Ok(Some(Box::new(Problem::<f32>::new(message, inputs, outputs)?))),
        (&[inputs, outputs], "f64") => Ok(Some(Box::new(Problem::<f64>::new(message, inputs, outputs)?))),
        _ => Ok(None),
    }
}

fn main() -> Result<()> {
    // SAFETY: ironbench opened both for this program, and nothing else uses them.
    let (requests, mut answers) = unsafe { (File::from_raw_fd(3), File::from_raw_fd(4)) };
    let mut problem: Option<Box<dyn Train>> = None;
    send(&mut answers, r#"{"type":"hello","version":1}"#)?;
    for line in BufReader::new(requests).lines() {
        let message = line?;
        match text(&message, "type")? {
            "describe" => send(
                &mut answers,
                r#"{"type":"impls","impls":[{"name":"rust","available":true,"flags":1}]}"#,
            )?,
            "problem" => {
                problem = take(&message)?;
                let answer = match problem {
                    Some(_) => r#"{"type":"ready"}"#,
                    None => {
                        r#"{"type":"error","status":"unsupported","message":"only models with one layer"}"#
                    }
                };
                send(&mut answers, answer)?
            }
            "train" => {
                let problem = problem.as_ref().ok_or("`train` before a problem")?;
                let (epochs, checked) =
                    (number(&message, "epochs")? as usize, text(&message, "pass")? == "checked");
                problem.train(text(&message, "out")?, epochs, checked, &mut answers)?
            }
            other => return Err(invalid("a message of unknown type", other)),
        }
    }
    Ok(())
}
