import CommandLine
import Models
import NN
import Tensor
import Trainers
import Training

/// Writes the files that only some models have: a classifier's mistakes, an autoencoder's codes.
func writeExtras(
  _ model: any Model, _ trainer: any Trainer, _ session: TrainingSession, _ data: TrainingData
) throws {
  if let trainer = trainer as? ClassifierTrainer { try writeMistakes(trainer, session) }
  if let model = model as? any EncodingModel, !(model is any Generative) {
    try writeCodes(of: model, session, data)
  }
}

/// Writes a row for each test image that the classifier misclassifies.
private func writeMistakes(_ trainer: ClassifierTrainer, _ session: TrainingSession) throws {
  let rows = trainer.mistakes.map {
    "\($0.index),\($0.label),\($0.prediction),\($0.probability)\n"
  }
  try session.folder.write(
    "index,label,prediction,probability\n" + rows.joined(), to: "mistakes.csv")
  let count = trainer.mistakes.count
  session.list([
    "mistakes.csv":
      "the \(Readable.count(count)) misclassified test \(count == 1 ? "image" : "images")"
  ])
}

/// The codes of the test images, without noise, and as points where they have two dimensions.
private func writeCodes(
  of model: some EncodingModel, _ session: TrainingSession, _ data: TrainingData
) throws {
  let batches = Array(data.test.epoch(shuffledBy: nil))
  let codes = Tensor.concatenated(
    try batches.map { batch in
      try Interrupt.check()
      return model.encode(batch.images)
    })
  let labels = batches.flatMap(\.labels)
  let size = codes.shape[1]
  var table = try CSVFile(
    "codes.csv", in: session.folder, columns: ["label"] + (1...size).map { "z_\($0)" })
  let values = codes.scalars
  try table.append(
    contentsOf: labels.enumerated().map { image, label in
      [.integer(label)] + values[image * size..<(image + 1) * size].map { .single($0) }
    })
  session.list(["codes.csv": "the test images' labels and codes"])
  if size == 2 {
    try session.folder.write(codesFigure(values, labels: labels).svg, to: "codes.svg")
    session.list(["codes.svg": "the codes as points, coloured by label"])
  }
}
