// A custom training loop: two networks, two optimisers, a falling learning rate and a moving
// average.
//
//   swift run -c release training-loop
//
// A generative adversarial network for points in the plane.
import Datasets
import NN
import Tensor

let data = PointData(.eightGaussians)
let random = Random(seed: 0)
let generator = Sequential {
  Dense(2, 64, using: random)
  ReLU()
  Dense(64, 64, using: random)
  ReLU()
  Dense(64, 2, using: random)
}
let critic = Sequential {
  Dense(2, 64, using: random)
  LeakyReLU(slope: 0.2)
  Dense(64, 64, using: random)
  LeakyReLU(slope: 0.2)
  Dense(64, 1, using: random)
}
let batches = try Batches(data.train, size: 256)
let epochs = 10
let rate = cosineDecay(from: 0.001, over: epochs * batches.batchesPerEpoch)
let generatorAdam = Adam(for: generator, learningRate: rate, beta1: 0.5)
let criticAdam = Adam(for: critic, learningRate: rate, beta1: 0.5)
let average = MovingAverage(of: generator, decay: 0.99)

for epoch in 1...epochs {
  var (sums, count) = ((critic: 0.0, generator: 0.0), 0)
  for batch in batches.epoch(shuffledBy: random) {
    // The generator's points carry no gradient here.
    let drawn = stopGradient(generator(random.normal([batch.count, 2])))
    let (criticLoss, criticGradients) = valueWithGradient(of: critic) {
      softplus(-critic(batch.images)).mean() + softplus(critic(drawn)).mean()
    }
    criticAdam.update(along: criticGradients)
    let noise = random.normal([batch.count, 2])
    let (generatorLoss, gradients) = valueWithGradient(of: generator) {
      softplus(-critic(generator(noise))).mean()
    }
    generatorAdam.update(along: gradients)
    average.update(from: generator)
    sums = (sums.critic + criticLoss.scalar, sums.generator + generatorLoss.scalar)
    count += 1
  }
  print(
    "epoch \(epoch): critic \(sums.critic / Double(count)), generator \(sums.generator / Double(count))"
  )
}

// Samples come from the averaged weights.
average.swap(with: generator)
let points = generator(random.normal([2_000, 2]))
let radii = sqrt(square(points).sum(along: 1))
print("mean distance from the origin: \(radii.mean().scalar) (that of the data is about 2.01)")
