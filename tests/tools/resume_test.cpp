// A run that is killed at any moment and resumed ends in the bytes of a run that was not. Kill times are drawn by a
// seed over the time that a whole run takes, so some fall between the writing of two files.
#include <doctest/doctest.h>

#include <chrono>
#include <csignal>
#include <fstream>
#include <thread>

#include <gradpath/autodiff/io/npy.hpp>
#include <gradpath/autodiff/io/safetensors.hpp>
#include <gradpath/autodiff/random.hpp>

#include "program.hpp"

namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

const std::string settings =
    "train --model mlp --data moons --set widths=2-16-16-2 --epochs 6 --batch 16 --seed 3 --quiet --json ";

std::vector<std::string> command(const std::string& more) { return program::words_of(settings + more); }

/// Both files that a finished run leaves for others.
void check_same_run(const fs::path& a, const fs::path& b) {
    for (const char* file : {"model.safetensors", "history.csv", "checkpoint.safetensors"}) {
        CAPTURE(file);
        CHECK(fs::exists(a / file));
        CHECK(program::read(a / file) == program::read(b / file));
    }
}

}  // namespace

TEST_CASE("a run killed at random moments and resumed each time ends in the same bytes") {
    const program::Folder folder;
    const Clock::time_point start = Clock::now();
    REQUIRE(program::finish(program::start(command("--out whole"), folder.path())) == 0);
    const double whole = std::chrono::duration<double>(Clock::now() - start).count();

    int killed = 0;
    for (std::uint64_t k = 0; k < 8; ++k) {  // each within a quarter of the whole, so that the first ones surely hit
        const pid_t process = program::start(command("--out parts --resume"), folder.path());
        std::this_thread::sleep_for(std::chrono::duration<double>(whole / 4 * gradpath::random::uniform_at(1, 0, k)));
        kill(process, SIGKILL);
        killed += program::finish(process) == 128 + SIGKILL ? 1 : 0;
        for (const auto& entry : fs::directory_iterator(folder.path())) CHECK(fs::is_directory(entry));
    }
    CHECK(killed > 0);
    REQUIRE(program::run(command("--out parts --resume"), folder.path()).exit == 0);
    check_same_run(folder / "whole", folder / "parts");
}

TEST_CASE("one thread and two end in the same bytes") {
    const program::Folder folder;
    REQUIRE(program::run(command("--out one --threads 1"), folder.path()).exit == 0);
    REQUIRE(program::run(command("--out two --threads 2"), folder.path()).exit == 0);
    check_same_run(folder / "one", folder / "two");
}

TEST_CASE("Ctrl-C ends training with exit code 130 and a checkpoint to go on from") {
    const program::Folder folder;
    const std::string line = "train --model mlp --data moons --epochs 400 --batch 16 --out run ";
    const pid_t process = program::start(program::words_of(line), folder.path());
    REQUIRE(program::until(process, [&] { return fs::exists(folder / "run/checkpoint.safetensors"); }));
    kill(process, SIGINT);
    CHECK(program::finish(process) == 130);
    CHECK(fs::exists(folder / "run/checkpoint.safetensors"));
    CHECK_FALSE(fs::exists(folder / "run/model.safetensors"));
    CHECK(program::run("info run/checkpoint.safetensors", folder.path()).exit == 0);
}

TEST_CASE("Ctrl-C ends an explanation with exit code 130, and nothing is written") {
    const program::Folder folder;
    gradpath::io::write_npy(folder / "rows.npy", gradpath::ones({200, 2}));  // half a minute's work
    const std::vector<std::string> before = program::listing(folder.path());
    const std::string line =
        "explain expr:sin(x1*x2) --input rows.npy --method integrated-gradients --rule midpoint --steps 1000000 ";
    const pid_t process = program::start(program::words_of(line + "--memory 16K --out why"), folder.path());
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    kill(process, SIGINT);
    CHECK(program::finish(process) == 130);
    CHECK(program::listing(folder.path()) == before);
}

TEST_CASE("resuming starts afresh where there is no checkpoint, and leaves a finished run as it is") {
    const program::Folder folder;
    const std::string line = "train --model mlp --data moons --set widths=2-4-2 --epochs 1 --out run --resume";
    const program::Outcome first = program::run(line, folder.path());
    CHECK(first.exit == 0);
    CHECK(first.err.starts_with("there is no checkpoint in run: starting afresh\n"));
    const std::string model = program::read(folder / "run/model.safetensors");

    const program::Outcome second = program::run(line, folder.path());
    CHECK(second.exit == 0);
    CHECK(second.err == "this run is finished: 1 epochs are done\n");
    CHECK(second.out == first.out);
    CHECK(program::read(folder / "run/model.safetensors") == model);
}

TEST_CASE("what a program that has ended would have to bring about is not waited for") {
    const program::Folder folder;
    const pid_t process = program::start({"--no-such-option"}, folder.path());
    CHECK_FALSE(program::until(process, [] { return false; }));
    CHECK(program::finish(process) == 2);
}

TEST_CASE("a kill between the model and its history is mended by resuming") {
    const program::Folder folder;
    REQUIRE(program::run(command("--out whole"), folder.path()).exit == 0);
    fs::copy(folder / "whole", folder / "torn", fs::copy_options::recursive);
    fs::remove(folder / "torn/history.csv");
    fs::remove(folder / "torn/model.safetensors");
    REQUIRE(program::run(command("--out torn --resume"), folder.path()).exit == 0);
    check_same_run(folder / "whole", folder / "torn");
}

TEST_CASE("a run may be prolonged, and ends in the bytes of a long run") {
    const program::Folder folder;
    const std::string line = "train --model mlp --data moons --set widths=2-4-2 --seed 2 --quiet ";
    REQUIRE(program::run(line + "--epochs 2 --out long", folder.path()).exit == 0);
    REQUIRE(program::run(line + "--epochs 1 --out short", folder.path()).exit == 0);
    REQUIRE(program::run(line + "--epochs 2 --out short --resume", folder.path()).exit == 0);
    check_same_run(folder / "long", folder / "short");
    const program::Outcome less = program::run(line + "--epochs 1 --out long --resume", folder.path());
    CHECK(less.exit == 2);
    CHECK(less.err ==
          "gradpath: train: the run has done 2 epochs, --epochs asks for 1; ask for at least as many, or train anew "
          "without --resume\n");
}

TEST_CASE("a checkpoint whose batches are forged to hold nothing is refused") {
    const program::Folder folder;
    REQUIRE(program::run(command("--out run"), folder.path()).exit == 0);
    gradpath::io::SafeTensors file = gradpath::io::read_safetensors(folder / "run/checkpoint.safetensors");
    std::string& numbers = file.metadata.at("gradpath.training");
    const std::string written = "\"batch_rows\":16";
    REQUIRE(numbers.find(written) != std::string::npos);
    numbers.replace(numbers.find(written), written.size(), "\"batch_rows\":0");
    gradpath::io::write_safetensors(folder / "run/checkpoint.safetensors", file);
    const program::Outcome outcome = program::run(command("--out run --resume"), folder.path());
    CHECK(outcome.exit == 2);
    CHECK(outcome.err ==
          "gradpath: fit: the state to go on from belongs to another run: its batch size is 0, here it is 16; ask for "
          "the same or begin anew\n");
}

TEST_CASE("training anew into a used folder leaves nothing of the other run, and says so") {
    const program::Folder folder;
    const std::string line = "train --model mlp --data moons --set widths=2-4-2 --out run --epochs ";
    REQUIRE(program::run(line + "1", folder.path()).exit == 0);
    const pid_t process = program::start(program::words_of(line + "4000 --batch 16 --seed 9"), folder.path());
    REQUIRE(program::until(process, [&] { return !fs::exists(folder / "run/model.safetensors"); }));
    kill(process, SIGKILL);
    program::finish(process);
    CHECK(fs::exists(folder / "run/checkpoint.safetensors"));
    CHECK_FALSE(fs::exists(folder / "run/model.safetensors"));
    const program::Outcome again = program::run(line + "1", folder.path());
    CHECK(again.exit == 0);
    CHECK(again.err.starts_with("the run in run is replaced\n"));
}

TEST_CASE("a run that fails in its first step leaves the run in its folder as it was") {
    const program::Folder folder;
    const std::string line = "train --model mlp --data moons --set widths=2-4-2 --out run --epochs 1 ";
    REQUIRE(program::run(line, folder.path()).exit == 0);
    fs::copy(folder / "run", folder / "before", fs::copy_options::recursive);
    const program::Outcome failed = program::run(line + "--class-weights 1e308,1e308", folder.path());
    CHECK(failed.exit == 1);
    CHECK(failed.err.starts_with("gradpath: fit: the loss must stay finite: it is nan at epoch 0, batch 0;"));
    check_same_run(folder / "run", folder / "before");
}
