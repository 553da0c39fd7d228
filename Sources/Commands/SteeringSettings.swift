import CommandLine
import Models
import NN
import Settings

/// What can be asked of the samples of some models, in place of what the models were trained with.
struct SteeringSettings: SettingGroup {
  @Setting("way from noise to samples", placeholder: "NAME", absence: "the model's own")
  var sampler: String? = nil
  @Setting("steps of the sampler", in: .atLeast(1), absence: "the model's own")
  var steps: Int? = nil
  @Setting("class of all samples", in: .atLeast(0), name: "class", absence: "any")
  var label: Int? = nil
  @Setting(
    "weight of the class: 1 for the model's own, above for clearer samples", absence: "1")
  var guidance: Double? = nil

  /// The same for a model.
  var options: SamplingOptions {
    SamplingOptions(sampler: sampler, steps: steps, label: label, guidance: guidance)
  }

  /// Throws, by its option, what the model does not take.
  func check(_ check: (SamplingOptions) throws(UnsuitableSetting) -> Void) throws(CommandLineError)
  {
    do {
      try check(options)
    } catch {
      throw .unsuitableValue(option: "--\(error.name)", value: error.value, reason: error.reason)
    }
  }

  /// Throws where codes or given images leave nothing but a class to be chosen.
  func check(beside settings: SampleSettings) throws(CommandLineError) {
    let others = [
      ("--interpolate", settings.interpolate), ("--reconstruct", settings.reconstruct != nil),
      ("--manifold", settings.manifold),
    ]
    guard options != SamplingOptions(label: label), let other = others.first(where: { $0.1 }) else {
      return
    }
    let given = Self.definitions.first { $0.name != "class" && record[$0.name] != $0.defaultValue }
    throw .unsuitableValue(
      option: given?.flag ?? other.0, value: "with \(other.0)", reason: "expected new samples")
  }
}
