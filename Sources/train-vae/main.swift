import Datasets
import Training

let options = command.parseOrExit()
Interrupt.install()
do {
  try run(options)
} catch let error as DatasetError {
  command.fail(error, code: error.isMissingInput ? .noInput : .dataError)
} catch {
  command.fail(error)
}
if let code = Interrupt.exitCode { code.exit() }
