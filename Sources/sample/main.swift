import Training

command.execute(threads: \.threads, run)
