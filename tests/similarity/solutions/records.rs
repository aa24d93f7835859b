//! Neurons as records that know their inputs, and learn one at a time.

struct Synapse {
    from: u16,
    strength: f32,
    velocity: f32,
}

struct Neuron {
    bias: f32,
    output: f32,
    blame: f32,
    synapses: Vec<Synapse>,
    rectifies: bool,
}

struct Brain {
    neurons: Vec<Neuron>,
    senses: usize,
    answers: usize,
}

struct World {
    clock: u32,
}

impl World {
    fn surprise(&mut self) -> f32 {
        self.clock = self.clock.wrapping_add(1);
        let mut x = self.clock;
        x = (x ^ 61) ^ (x >> 16);
        x = x.wrapping_add(x << 3);
        x ^= x >> 4;
        x = x.wrapping_mul(0x27d4eb2d);
        x ^= x >> 15;
        (x % 10007) as f32 / 10007.0 - 0.5
    }
}

impl Brain {
    fn born(senses: usize, inner: usize, answers: usize, world: &mut World) -> Brain {
        let mut neurons = Vec::new();
        for _ in 0..senses {
            neurons.push(Neuron { bias: 0.0, output: 0.0, blame: 0.0, synapses: vec![], rectifies: false });
        }
        for place in 0..inner + answers {
            let (first, last) = if place < inner { (0, senses) } else { (senses, senses + inner) };
            let mut synapses = Vec::new();
            for from in first..last {
                synapses.push(Synapse { from: from as u16, strength: world.surprise() * 1.2, velocity: 0.0 });
            }
            neurons.push(Neuron { bias: 0.0, output: 0.0, blame: 0.0, synapses, rectifies: place < inner });
        }
        Brain { neurons, senses, answers }
    }

    fn think(&mut self, stimulus: &[f32]) {
        for place in 0..self.neurons.len() {
            if place < self.senses {
                self.neurons[place].output = stimulus[place];
                continue;
            }
            let mut potential = self.neurons[place].bias;
            for s in &self.neurons[place].synapses {
                potential += s.strength * self.neurons[s.from as usize].output;
            }
            let neuron = &mut self.neurons[place];
            neuron.output = if neuron.rectifies && potential < 0.0 { 0.0 } else { potential };
            neuron.blame = 0.0;
        }
    }

    fn scold(&mut self, right: usize) -> f32 {
        let first = self.neurons.len() - self.answers;
        let mut loudest = self.neurons[first].output;
        for n in &self.neurons[first..] {
            if n.output > loudest {
                loudest = n.output;
            }
        }
        let mut noise = 0.0;
        for n in &self.neurons[first..] {
            noise += (n.output - loudest).exp();
        }
        for (answer, n) in self.neurons[first..].iter_mut().enumerate() {
            n.blame = (n.output - loudest).exp() / noise;
            if answer == right {
                n.blame -= 1.0;
            }
        }
        noise.ln() + loudest - self.neurons[first + right].output
    }

    fn improve(&mut self, patience: f32) {
        for place in (self.senses..self.neurons.len()).rev() {
            let (before, rest) = self.neurons.split_at_mut(place);
            let neuron = &mut rest[0];
            if neuron.rectifies && neuron.output == 0.0 {
                continue;
            }
            for s in &mut neuron.synapses {
                let source = &mut before[s.from as usize];
                source.blame += neuron.blame * s.strength;
                s.velocity = 0.5 * s.velocity + neuron.blame * source.output;
                s.strength -= s.velocity * patience;
            }
            neuron.bias -= neuron.blame * patience;
        }
    }
}

/// What an eye that looks at four by four dots sees where.
struct Eye {
    dots: [f32; 16],
}

impl Eye {
    fn glance(&self, scene: &[f32], width: usize, top: usize, left: usize) -> f32 {
        let mut seen = 0.0;
        let mut dot = 0;
        while dot < 16 {
            seen += self.dots[dot] * scene[(top + dot / 4) * width + left + (dot & 3)];
            dot += 1;
        }
        seen
    }

    fn scan(&self, scene: &[f32], width: usize) -> Vec<f32> {
        let reach = width - 3;
        let mut memory = vec![];
        let mut top = 0;
        while top + 1 < reach {
            let mut left = 0;
            while left + 1 < reach {
                let mut best = self.glance(scene, width, top, left);
                for (down, right) in [(0, 1), (1, 0), (1, 1)] {
                    let other = self.glance(scene, width, top + down, left + right);
                    if other > best {
                        best = other;
                    }
                }
                memory.push(best);
                left += 2;
            }
            top += 2;
        }
        memory
    }
}

fn calm(memory: &mut Vec<f32>) {
    let mut middle = 0.0;
    for m in memory.iter() {
        middle += *m;
    }
    middle /= memory.len() as f32;
    let mut width = 0.0;
    for m in memory.iter() {
        width += (*m - middle).powi(2);
    }
    width = (width / memory.len() as f32 + 1e-5).sqrt();
    for m in memory.iter_mut() {
        *m = (*m - middle) / width;
    }
}

#[unsafe(no_mangle)]
pub extern "C" fn run(seed: u32) -> f32 {
    let mut world = World { clock: seed };
    let mut brain = Brain::born(4, 9, 3, &mut world);
    let mut lessons = Vec::new();
    for lesson in 0..36 {
        let mut stimulus = [0.0; 4];
        for s in &mut stimulus {
            *s = world.surprise();
        }
        stimulus[lesson % 3] += 1.2;
        lessons.push(stimulus);
    }
    let mut regret = 0.0;
    for day in 0..30 {
        regret = 0.0;
        for (lesson, stimulus) in lessons.iter().enumerate() {
            brain.think(stimulus);
            regret += brain.scold(lesson % 3) / 36.0;
            brain.improve(0.05 / (1 + day / 10) as f32);
        }
    }
    let mut scene = vec![0.0; 144];
    for dot in &mut scene {
        *dot = world.surprise();
    }
    let mut eye = Eye { dots: [0.0; 16] };
    for dot in &mut eye.dots {
        *dot = world.surprise();
    }
    let mut memory = eye.scan(&scene, 12);
    calm(&mut memory);
    regret + memory[1].abs() / 100.0
}
