import Commands

train("autoencoder", as: "train-autoencoder")
