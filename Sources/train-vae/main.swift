command.execute(\.training, run)
