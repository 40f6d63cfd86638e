// gradpath geodesic: figures against closed forms, files, and what it refuses.
#include <algorithm>
#include <cmath>

#include <doctest/doctest.h>

#include <gradpath/autodiff/io/npy.hpp>
#include <gradpath/autodiff/io/npz.hpp>
#include <gradpath/autodiff/random.hpp>
#include <gradpath/models/model.hpp>
#include <gradpath/models/saved.hpp>
#include <gradpath/tools/report/png.hpp>

#include "answers.hpp"

namespace {

using namespace gradpath;
using Json = nlohmann::ordered_json;
using program::fine;
using program::json_of;

const std::string level = "geodesic 'expr:x1*x2' --from 2,0.5 --to 0.5,2 --dtype f64 --quiet";

}  // namespace

TEST_CASE("gradpath geodesic finds the known curve, its length, its energy and its shares") {
    const program::Folder folder;
    const Json g = json_of(level + " --points 257 --json", folder);
    CHECK(g["schema"] == "gradpath.geodesic/1");
    CHECK(std::abs(g["length"].get<double>() - 3.75) <= 1e-4);
    CHECK(std::abs(g["energy"].get<double>() - 3.75 * 3.75 / 2) <= 1e-3);
    CHECK(g["energy"] < g["straight_energy"]);
    CHECK(g["converged"] == true);
    CHECK(g["smooth"] == true);
    CHECK(std::abs(g["attribution"]["data"][1].get<double>() - 2 * std::log(2.0)) <= 1e-4);
    CHECK(std::abs(g["ncc_gap"].get<double>() - 4 * std::log(2.0)) <= 2e-4);
    CHECK(g["points"] == 257);
    CHECK(g["f_from"] == 1);
    CHECK(g["corners"]["data"].size() == 257);
    const Json way = json_of(level + " --solver neighbours --refine false --json", folder);
    CHECK(way["converged"].is_null());
    CHECK(way["length"].get<double>() >= 3.75 - 1e-6);
    CHECK(g["straight_length"].get<double>() == doctest::Approx(way["straight_length"].get<double>()).epsilon(1e-5));
    CHECK(g["straight_length"].get<double>() > g["length"].get<double>());
    CHECK(way["energy"].get<double>() > 3.75 * 3.75 / 2);
    CHECK(way["energy"] < way["straight_energy"]);
}

TEST_CASE("gradpath geodesic prints a table, and writes corners, a picture and the document") {
    const program::Folder folder;
    const std::string printed = fine(level + " --points 9", folder).out;
    for (const char* word : {"metric", "conformal", "length", "certificate", "no-cancellation gap", "attribution x2"})
        CHECK(printed.find(word) != std::string::npos);
    CHECK(fine(level + " --points 9 --out curve", folder).out.empty());
    const Json g = Json::parse(program::read(folder / "curve/geodesic.json"));
    CHECK(g["corners"]["file"] == "geodesic.npz");
    const Tensor corners = io::read_npz(folder / "curve/geodesic.npz", "corners");
    CHECK(corners.shape() == Shape{9, 2});
    CHECK(corners.at(0) == 2);
    CHECK(tools::read_png(folder / "curve/geodesic.png").width == 640);
    const std::string alt = g["picture"]["alt"];
    CHECK(alt ==
          "The plane of x1 and x2 in colours of F, with the curve and the straight line from (2, 0.5) to (0.5, 2); "
          "lengths 3.753 and 3.964");
    CHECK(program::read(folder / "curve/geodesic.png").find("Description") != std::string::npos);
    CHECK(program::read(folder / "curve/geodesic.png").find(alt) != std::string::npos);
    fine("geodesic 'expr:x1*x2+x3' --to 1,2,3 --points 5 --out line --quiet", folder);
    CHECK(tools::read_png(folder / "line/geodesic.png").height > 0);
}

TEST_CASE("the plane names its ends beside the curve, the colour of no number, and ticks that differ") {
    const program::Folder folder;
    using tools::pixel;
    fine("geodesic 'expr:sqrt(x1)+x2' --from 0.1,1 --to 1,2 --points 9 --dtype f64 --out root --quiet", folder);
    const tools::Picture root = tools::read_png(folder / "root/geodesic.png");
    CHECK(pixel(root, 100, 678) == tools::missing());
    Index ink = 0;
    for (Index x = 140; x < 178; ++x)
        for (Index y = 450; y < 472; ++y) ink += pixel(root, x, y) == tools::page(tools::Theme::light).ink;
    CHECK(ink > 50);  // "from", on the left of its square: the curve leaves to the right
    fine("geodesic 'expr:x1*0+x2' --from 1000000,1 --to 1000001,2 --points 9 --dtype f64 --out far --quiet", folder);
    const tools::Picture far = tools::read_png(folder / "far/geodesic.png");
    Index apart = 0;
    for (Index x = -30; x < 30; ++x)
        for (Index y = 562; y < 578; ++y) apart += !(pixel(far, 171 + x, y) == pixel(far, 533 + x, y));
    CHECK(apart > 10);
}

TEST_CASE("a curve through places where F is not finite is refused, and nothing is written") {
    const program::Folder folder;
    const std::pair<const char*, const char*> refused[] = {
        {"'expr:log(x1)' --from 0 --to 1", "in row 0 f is -inf at its start; choose ends between which"},
        {"'expr:sqrt(x1)' --from 1 --to 0", "in row 0 a slope is inf at its end; f is not differentiable there"},
        {"'expr:1/x1' --from=-1 --to 1", "in row 0 f is inf at t = 0.5 of 0 .. 1"}};
    for (const auto& [words, said] : refused) {
        const program::Outcome o =
            program::run(std::string("geodesic ") + words + " --out curve --quiet", folder.path());
        CHECK(o.exit == 1);
        CHECK(o.out.empty());
        CHECK_MESSAGE(o.err.find(said) != std::string::npos, o.err);
    }
    CHECK(program::run("explain 'expr:log(x1)' --input 1 --method geodesic-ig --quiet", folder.path()).exit == 1);
    CHECK(program::listing(folder.path()).empty());
}

TEST_CASE("a tolerance that was asked for and is not met is said and ends in exit code 3") {
    const program::Folder folder;
    const auto run = [&](const std::string& words) { return program::run("geodesic " + words, folder.path()); };
    const std::string jump = "'expr:sigmoid(1e9*(x1-0.5123))' --from 0 --to 1 --metric euclidean --dtype f64";
    const program::Outcome asked = run(jump + " --tolerance 1e-6");
    CHECK(asked.exit == 3);
    CHECK(asked.err.ends_with("the tolerance was not met\n"));
    CHECK(asked.out.find("1e-06, not met\n") != std::string::npos);
    const program::Outcome document = run(jump + " --tolerance 1e-6 --json");
    CHECK(document.exit == 3);
    CHECK(Json::parse(document.out)["tolerance"] == 1e-6);
    CHECK(Json::parse(document.out)["tolerance_met"] == false);
    CHECK(run(jump).exit == 0);  // its own tolerance is missed, too, but nobody asked for it
    CHECK(Json::parse(run(jump + " --json").out)["tolerance_met"] == false);
    const program::Outcome far =
        run("'expr:sin(300*x1*x2)' --from 2,0.5 --to 0.5,2.5 --points 9 --tolerance 1e-9 --max-steps 300 "
            "--max-iterations 2 --dtype f64 --json");
    CHECK(far.exit == 3);
    CHECK(far.err.find("note: tolerance 1e-09 was not met within max-steps 300; ") != std::string::npos);
    const program::Outcome curve =
        run("'expr:x1*x2' --from 2,0.5 --to 0.5,2 --curve-tolerance 1e-12 --max-iterations 1 --dtype f64");
    CHECK(curve.exit == 3);
    CHECK(curve.err.ends_with("the curve tolerance was not met\n"));
    CHECK(run(level.substr(9) + " --tolerance 1e-3 --curve-tolerance 1e-6").exit == 0);
}

TEST_CASE("an option that the solver would not heed is refused, and one that it heeds is not") {
    const program::Folder folder;
    const std::string relaxed = " is of relaxed curves (relax, or neighbours with refine)";
    const std::pair<std::string, std::string> refused[] = {
        {"fast-marching --curve-tolerance 1e9", "curve-tolerance" + relaxed},
        {"variational --curve-tolerance 1e9", "curve-tolerance" + relaxed},
        {"shooting --curve-tolerance 1e-300", "curve-tolerance" + relaxed},
        {"neighbours --refine false --curve-tolerance 1e9", "curve-tolerance" + relaxed},
        {"shooting --max-iterations 9", "max-iterations" + relaxed},
        {"variational --points 9",
         "points is of curves that are relaxed or shot (relax, shooting, or neighbours with refine)"},
        {"fast-marching --beta 7", "beta is of the solver variational"},
        {"relax --k 3", "k is of the solver neighbours"},
        {"relax --around 3", "around is of the solver neighbours"},
        {"shooting --refine true", "refine is of the solver neighbours"},
        {"relax --cells 16", "cells is of the solver fast-marching"}};
    for (const auto& [words, said] : refused) {
        const program::Outcome o = program::run(level + " --solver " + words, folder.path());
        CHECK(o.exit == 2);
        CHECK(o.err == "gradpath: geodesic: --" + said + ", the solver is " + words.substr(0, words.find(' ')) + "\n");
    }
    for (const char* heeded : {"relax --curve-tolerance 1e-3 --max-iterations 99 --points 9", "shooting --points 9",
                               "neighbours --curve-tolerance 1e-3 --points 9 --k 5 --around 20",
                               "fast-marching --cells 16 --epsilon 0.1", "variational --nodes 9 --iterations 5"})
        CHECK_MESSAGE(program::run(level + " --solver " + heeded, folder.path()).exit == 0, heeded);
}

TEST_CASE("what a solver does not know it does not print, and what is not the published sum is not passed off as it") {
    const program::Folder folder;
    const std::string shot = fine(level + " --solver shooting", folder).out;
    CHECK(shot.find("certificate") != std::string::npos);
    CHECK(shot.find("half the edges") == std::string::npos);
    CHECK(json_of(level + " --solver shooting --json", folder)["coarse_certificate"].is_null());
    const Json svi = json_of(level + " --solver variational --paper true --iterations 50 --json", folder);
    CHECK(svi["attribution_form"] == "path integral");
    const auto told = [](const Json& g, const char* words) {
        return std::ranges::any_of(
            g["notes"], [&](const Json& note) { return note.get<std::string>().find(words) != std::string::npos; });
    };
    CHECK(told(svi, "not the published sum; for that explain by --method geodesic-ig-svi --set paper=true"));
    CHECK_FALSE(told(json_of(level + " --solver variational --iterations 50 --json", folder), "published"));
}

TEST_CASE("a network with kinks is softened where that is asked for") {
    const program::Folder folder;
    fine("train --model mlp --data moons --epochs 2 --out run --quiet", folder);
    const std::string words = "geodesic run/model.safetensors --from=-0.5,-0.5 --to 1,0.2 --points 9 --quiet --json";
    const Json kinks = json_of(words, folder), soft = json_of(words + " --soften 5", folder);
    CHECK(kinks["notes"][0].get<std::string>().find("is constant on pieces") != std::string::npos);
    CHECK(soft["notes"].empty());
    CHECK(soft["converged"] == true);
    CHECK(soft["energy"] < soft["straight_energy"]);
    const Json plain =
        json_of("explain run/model.safetensors --input 1,0.2 --method geodesic-ig-knn --k 5 --json", folder);
    const Json other = json_of(
        "explain run/model.safetensors --input 1,0.2 --method geodesic-ig-knn --k 5 --pool data:moons:test --soften 5 "
        "--json --quiet",
        folder);
    CHECK(plain["values"]["data"] != other["values"]["data"]);
    CHECK(other["relative_delta"][0] <= 1e-3);
}

TEST_CASE("pools are softened with the rest, unless they are to be kept") {
    const program::Folder folder;
    models::save_model(folder / "net.safetensors", models::make("lenet5", {{"size", "12"}}, 1));
    io::write_npy(folder / "x.npy", random::normal({1, 1, 12, 12}, {.seed = 2}));
    const auto answer = [&](const std::string& how) {
        return json_of("explain net.safetensors --input x.npy --method input-x-gradient --json --quiet" + how,
                       folder)["f_input"];
    };
    CHECK(answer(" --soften 10") != answer(" --soften 10 --keep-pools"));
    CHECK(answer(" --soften 10 --keep-pools") != answer(""));
}

TEST_CASE("where F has kinks only, nothing is said to have converged, and the remedies are named, in either dtype") {
    const program::Folder folder;
    for (const std::string dtype : {"f32", "f64"}) {
        const Json g = json_of("geodesic 'expr:relu(x1-x2)+abs(x1)*2+max(x1,x2)' --from=-1,-1 --to 2,0.5 --dtype " +
                                   dtype + " --quiet --json",
                               folder);
        CHECK(g["converged"] != true);
        CHECK(g["smooth"] != true);
        const std::string note = g["notes"].at(0);
        CHECK(note.find("the metric conformal is constant on pieces and pulls no curve") == 0);
        for (const char* remedy : {"soften the function", "log-probability", "neighbours"})
            CHECK(note.find(remedy) != std::string::npos);
    }
}

TEST_CASE("gradpath geodesic says what does not fit") {
    const program::Folder folder;
    const auto error = [&](const std::string& words) {
        const program::Outcome o = program::run("geodesic " + words, folder.path());
        CHECK(o.exit == 2);
        return o.err;
    };
    CHECK(error("'expr:x1*x2'").find("--to is missing") != std::string::npos);
    CHECK(error("'expr:x1*x2' --to 1,2 --soften 5")
              .find("geodesic: --soften is for networks with relu or max-pooling: expr:x1*x2 has none") !=
          std::string::npos);
    CHECK(error("'expr:relu(x1)*x2' --to 1,2 --soften 0").find("geodesic: --soften must be above 0: got 0") !=
          std::string::npos);
    CHECK(error("'expr:relu(x1)*x2' --to 1,2 --keep-pools").find("geodesic: --keep-pools goes with --soften") !=
          std::string::npos);
    CHECK(error("'expr:x1*x2' --to 1,2 --soften 5 --keep-pools")
              .find("geodesic: --soften is for networks with relu: expr:x1*x2 has none") != std::string::npos);
    CHECK(error("'expr:x1*x2' --to 1,2 --metric conformol").find("did you mean 'conformal'?") != std::string::npos);
}
