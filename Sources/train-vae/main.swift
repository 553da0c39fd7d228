import Commands

train("vae", as: "train-vae")
