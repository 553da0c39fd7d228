// Trains a variational autoencoder on your own table and draws new rows.
//
//   swift run -c release table-vae FILE.csv
import Datasets
import Foundation
import Models
import NN
import Tensor

/// A sample table: heights in metres, weights in kilograms, and a column that depends on both.
func exampleTable() throws -> String {
  let random = Random(seed: 1)
  let rows = random.normal([2_000, 2], dtype: .float64).doubles
  let lines = stride(from: 0, to: rows.count, by: 2).map { row in
    let height = 1.7 + 0.1 * rows[row]
    let weight = 24 * height * height + 8 * rows[row + 1]
    return "\(height),\(weight),\(weight / (height * height))"
  }
  let path = FileManager.default.temporaryDirectory.appendingPathComponent("people.csv")
  try (["height,weight,index"] + lines).joined(separator: "\n")
    .write(to: path, atomically: true, encoding: .utf8)
  return path.path
}

let path = try CommandLine.arguments.dropFirst().first ?? exampleTable()
// Columns are standardised; a tenth of the rows is held out.
let data = try TableData(Table(path: path).selecting())
let random = Random(seed: 0)
let vae = VAE(
  .with {
    ($0.latent, $0.hidden, $0.likelihood) = (2, [64, 64], .gaussian)
  }, for: DataShape(data.train.element), using: random)
let adam = Adam(for: vae, learningRate: 0.002)

/// The mean loss of the held-out rows, in nats per row.
func testLoss(of vae: VAE, on data: TableData) throws -> Double {
  let losses = try Batches(data.test, size: 10_000).epoch(shuffledBy: nil).map { batch in
    vae.inInference { vae.loss(of: batch, using: Random(seed: 3)).total.scalar }
  }
  return losses.reduce(0, +) / Double(losses.count)
}

print("before: \(try testLoss(of: vae, on: data)) nats per row")
for _ in 1...40 {
  for batch in try Batches(data.train, size: 64).epoch(shuffledBy: random) {
    let (_, gradients) = valueWithGradient(of: vae) { vae.loss(of: batch, using: random).total }
    adam.update(along: gradients)
  }
}
print("after:  \(try testLoss(of: vae, on: data)) nats per row")

// Converts back to the units of the file.
let rows = data.standardization.inverse(vae.sample(count: 5, using: random))
print(data.columnNames.joined(separator: "\t"))
for row in 0..<5 {
  print(rows.sliced(row..<row + 1).doubles.map { "\($0)" }.joined(separator: "\t"))
}
