import CommandLine
import Models
import NN
import Settings

/// Sampling options of some models that replace the values they were trained with.
struct SteeringSettings: SettingGroup {
  @Setting("how noise becomes samples", placeholder: "NAME", absence: "the model's own")
  var sampler: String? = nil
  @Setting("steps of the sampler", in: .atLeast(1), absence: "the model's own")
  var steps: Int? = nil
  @Setting("class of all samples", in: .atLeast(0), name: "class", absence: "any")
  var label: Int? = nil
  @Setting(
    "weight of the class: 1 is the model's own, more makes samples clearer", absence: "1")
  var guidance: Double? = nil

  /// The same options for a model.
  var options: SamplingOptions {
    SamplingOptions(sampler: sampler, steps: steps, label: label, guidance: guidance)
  }

  /// Throws, naming the option, for options that the model does not support.
  func check(_ check: (SamplingOptions) throws(UnsuitableSetting) -> Void) throws(CommandLineError)
  {
    do {
      try check(options)
    } catch {
      throw .unsuitableValue(option: "--\(error.name)", value: error.value, reason: error.reason)
    }
  }

  /// Throws where codes or given images rule out every option except the class.
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
