import Training

command.execute(\.training, run)
