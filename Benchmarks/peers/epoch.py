"""Shared code of the programs that train for an epoch: the options, the data and the output."""

import argparse
import gzip
import json
import pathlib

import numpy

BATCH = 128


def arguments(description, modes):
    """The command line: the mode, the data, and the folder to write to."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--mode", choices=modes, default=modes[0])
    parser.add_argument("--data", required=True, help="the folder of the four IDX files")
    parser.add_argument("--out", required=True, help="an existing folder")
    return parser.parse_args()


def read(folder, name):
    """The bytes of an IDX file, gzipped or not, in its shape."""
    path = pathlib.Path(folder) / name
    if path.exists():
        raw = path.read_bytes()
    else:
        with gzip.open(f"{path}.gz") as file:
            raw = file.read()
    rank = raw[3]
    shape = numpy.frombuffer(raw, ">i4", rank, offset=4)
    return numpy.frombuffer(raw, numpy.uint8, offset=4 + 4 * rank).reshape(shape)


def images(folder):
    """The training and the test images in [0, 1], a row each; the labels are read but not
    needed."""
    tables = []
    for part in ("train", "t10k"):
        read(folder, f"{part}-labels-idx1-ubyte")
        pixels = read(folder, f"{part}-images-idx3-ubyte")
        table = pixels.reshape(len(pixels), -1).astype(numpy.float32)
        table /= 255
        tables.append(table)
    return tables


def finish(out, framework, mode, version, train_loss, test_loss, samples):
    """Writes the losses and a hundred samples as a picture, and prints a line."""
    folder = pathlib.Path(out)
    folder.joinpath("loss.csv").write_text(
        f"epoch,train_loss,test_loss\n1,{train_loss:.4f},{test_loss:.4f}\n")  # fmt: skip
    grid = (255 * samples.reshape(10, 10, 28, 28)).astype(numpy.uint8)
    picture = grid.transpose(0, 2, 1, 3).reshape(280, 280)
    folder.joinpath("samples.pgm").write_bytes(b"P5\n280 280\n255\n" + picture.tobytes())
    print(json.dumps({
        "work": "vae-epoch", "framework": framework, "mode": mode, "version": version,
        "train_loss": round(train_loss, 2), "test_loss": round(test_loss, 2)}))  # fmt: skip
