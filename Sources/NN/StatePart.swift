import Tensor

/// A named part of everything that the next step of a training depends on.
///
/// The objects of a training list their parts, so that these can be saved, and an interrupted
/// training continues with the same numbers:
///
/// ```swift
/// var state: [StatePart] {
///   [.module("model", model), .optimizer("adam", adam), .random("shuffling", shuffling)]
/// }
/// ```
///
/// Everything in a part has a dotted name that begins with the part's name:
/// `model.encoder.0.weight`.
public enum StatePart {
  /// A module's parameters, buffers and random streams.
  case module(String, any Module)
  /// An optimiser's step and its moments for each parameter of its module.
  case optimizer(String, any Optimizer)
  /// A moving average of parameters.
  case average(String, MovingAverage)
  /// A stream of random numbers.
  case random(String, Random)
}

/// A tensor of a training's state: its name, its required shape and type, and access to it.
package struct StateTensor {
  package let name: String
  package let shape: [Int]
  package let dtype: DType
  package let value: () -> Tensor
  package let assign: (Tensor) -> Void

  /// A tensor that always exists.
  init(_ name: String, _ value: @escaping () -> Tensor, _ assign: @escaping (Tensor) -> Void) {
    let tensor = value()
    (self.name, shape, dtype) = (name, tensor.shape, tensor.dtype)
    (self.value, self.assign) = (value, assign)
  }

  /// An optimiser's moment of a parameter, which does not exist before the first update and counts
  /// as zeros.
  init(_ name: String, moment index: Int, of optimizer: any Optimizer, _ parameter: StateTensor) {
    self.name = "\(name).\(parameter.name).\(index)"
    (shape, dtype) = (parameter.shape, parameter.dtype)
    value = {
      let moments = optimizer.state.moments[parameter.name] ?? []
      return index < moments.count
        ? moments[index] : Tensor.zeros(parameter.shape, dtype: parameter.dtype)
    }
    assign = { moment in
      // Moved out and back in, so that none of the others is copied.
      var moments = optimizer.state.moments.removeValue(forKey: parameter.name) ?? []
      if index < moments.count { moments[index] = moment } else { moments.append(moment) }
      optimizer.state.moments[parameter.name] = moments
    }
  }
}

extension StatePart {
  /// The part's tensors, in order.
  package var tensors: [StateTensor] {
    switch self {
    case .module(let name, let module): module.stateTensors(prefix: name + ".")
    case .optimizer(let name, let optimizer):
      optimizer.module.parameterTensors().flatMap { parameter in
        (0..<optimizer.momentCount).map { StateTensor(name, moment: $0, of: optimizer, parameter) }
      }
    case .average(let name, let average):
      average.values.sorted { $0.key < $1.key }.map { key, value in
        StateTensor(
          "\(name).\(key)", { average.values[key] ?? value }, { average.values[key] = $0 })
      }
    case .random: []
    }
  }

  /// The part's module, if it is one.
  package var module: (any Module)? {
    if case .module(_, let module) = self { module } else { nil }
  }

  /// The part's random streams by name, in order.
  package var randomStreams: [(name: String, random: Random)] {
    switch self {
    case .module(let name, let module):
      module.randomStreams.map { ("\(name).\($0.name)", $0.random) }
    case .random(let name, let random): [(name, random)]
    case .optimizer, .average: []
    }
  }

  /// The part's optimiser by name, if it is one.
  package var optimizers: [(name: String, optimizer: any Optimizer)] {
    if case .optimizer(let name, let optimizer) = self { [(name, optimizer)] } else { [] }
  }
}

extension Module {
  /// The parameters.
  func parameterTensors(prefix: String = "") -> [StateTensor] {
    parameters.map { name, parameter in
      StateTensor(
        prefix + name, { parameter.wrappedValue }, { parameter.wrappedValue = $0 })
    }
  }

  /// The parameters and then the buffers.
  package func stateTensors(prefix: String = "") -> [StateTensor] {
    parameterTensors(prefix: prefix)
      + buffers.map { name, buffer in
        StateTensor(prefix + name, { buffer.wrappedValue }, { buffer.wrappedValue = $0 })
      }
  }
}
