import Training

let options = command.parseOrExit()
do {
  try run(options)
} catch {
  command.fail(error)
}
