import Commands

train("gan", as: "train-gan")
