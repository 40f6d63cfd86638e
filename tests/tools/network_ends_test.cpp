// The two ends of networks from elsewhere, by command: numbers, colours and sizes before them, a softmax behind.
#include <doctest/doctest.h>

#include <fstream>
#include <regex>

#include <gradpath/autodiff/io/npz.hpp>
#include <gradpath/autodiff/ops.hpp>
#include <gradpath/autodiff/random.hpp>
#include <gradpath/models/data/fit_picture.hpp>
#include <gradpath/models/data/load.hpp>
#include <gradpath/models/data/png.hpp>
#include <gradpath/models/saved.hpp>
#include <gradpath/tools/report/png.hpp>
#include <models/onnx/wire.hpp>
#include <support/real_data.hpp>

#include "answers.hpp"

namespace {

using namespace gradpath;
using namespace gradpath::tests;
using Json = nlohmann::ordered_json;
using program::fine;
using program::json_of;

/// A network on 12x12 pictures in colour, one on points, and an ONNX file that ends in a softmax of the tensor "z".
struct Place {
    program::Folder folder;
    Place() {
        models::save_model(folder / "net.safetensors", models::make("lenet5", {{"size", "12"}, {"channels", "3"}}, 1));
        models::save_model(folder / "points.safetensors", models::make("moons-mlp", {}, 1));
        write("soft.ONNX", "Softmax");
        write("log.onnx", "LogSoftmax");
        write("each.onnx", "Sigmoid");
    }
    Json json(const std::string& line) const { return json_of(line + " --json --quiet", folder); }
    Tensor outputs(const std::string& line) const {
        fine(line + " --out o --quiet", folder);
        return io::read_npz(folder / "o/output.npz", "output");
    }
    void refused(const std::string& line, const std::string& message, int exit = 2) const {
        const program::Outcome outcome = program::run(line, folder.path());
        CHECK(outcome.exit == exit);
        CHECK(outcome.err == "gradpath: " + message + "\n");
    }

private:
    void write(const std::string& file, const std::string& last) const {
        const wire::Graph graph{.inputs = {wire::port("x", {-1, 2})},
                                .outputs = {wire::port("y", {-1, 2})},
                                .initializers = {wire::tensor("w", {2, 2}, {1, -2, 3, 0.5F})},
                                .nodes = {{"MatMul", "m", {"x", "w"}, {"z"}}, {last, "s", {"z"}, {"y"}}}};
        std::ofstream(folder / file, std::ios::binary) << wire::model(graph);
    }
};

double first(const Json& d, const char* key) { return d[key][0].get<double>(); }

}  // namespace

TEST_CASE("--scale, --mean and --std stand before the network and become part of the function that is explained") {
    const Place place;
    const Tensor x = random::uniform({4, 3, 12, 12}, 0, 1, {.seed = 1, .dtype = DType::float64}),
                 mean({1, 3, 1, 1}, {104, 117, 123}, DType::float64), sd({1, 3, 1, 1}, {58, 57, 56}, DType::float64);
    io::write_npy(place.folder / "raw.npy", x);
    io::write_npy(place.folder / "wanted.npy", (255.0 * x - mean) / sd);
    const std::string given = " --scale 255 --mean 104,117,123 --std 58,57,56 ";
    const Tensor wanted = place.outputs("eval net.safetensors --dtype f64 --input wanted.npy"),
                 raw = place.outputs("eval net.safetensors --dtype f64 --input raw.npy" + given);
    CHECK(max(abs(raw - wanted)).item() < 1e-12);
    const std::string line = "explain net.safetensors --input raw.npy --method integrated-gradients --tolerance 1e-4";
    const Json d = place.json(line + given), plain = place.json(line);
    CHECK(d["model"]["mean"] == Json({104.0, 117.0, 123.0}));
    CHECK(d["model"]["scale"] == Json({255.0}));
    CHECK(d["model"]["hash"] != plain["model"]["hash"]);
    CHECK_FALSE(plain["model"].contains("mean"));
    CHECK(first(d, "relative_delta") < 1e-4);
    CHECK(fine(line + given, place.folder).out.find("prepared  scale 255, mean 104,117,123, std 58,57,56\n") !=
          std::string::npos);
}

TEST_CASE("what was put before a network is told by --dry-run, --print-config and every document") {
    const Place place;
    const std::string ends = " --mean 0.5,-0.25 --std 2";
    const std::string line = "explain points.safetensors --input 1,2 --method gradient" + ends;
    CHECK(place.json(line + " --dry-run")["prepared"] == "mean 0.5,-0.25, std 2");
    const std::string printed = fine(line + " --print-config", place.folder).out;
    CHECK(printed.find("mean=\"0.5,-0.25\"\n") != std::string::npos);
    std::ofstream(place.folder / "asked.toml") << printed;
    CHECK(place.json("explain --config asked.toml")["values"] == place.json(line)["values"]);
    const std::string of = " points.safetensors" + ends;
    for (const std::string& words : {"eval" + of + " --data moons", "eval" + of + " --input 1,2",
                                     "compare" + of + " --data moons --images 4 --methods gradient --metrics gini",
                                     "geodesic" + of + " --to 1,2 --soften 5 --points 5"}) {
        CAPTURE(words);
        CHECK(place.json(words)["model"]["std"] == Json({2.0}));
    }
    const std::string text = fine("eval" + of + " --data moons", place.folder).out;
    CHECK(text.find("prepared  mean 0.5,-0.25, std 2\n") != std::string::npos);
}

TEST_CASE("a picture is cut, resized and turned as it was asked, and that is told") {
    const Place place;
    tools::Picture seen = tools::blank(40, 24, {});
    for (Index i = 0; i < 40 * 24; ++i)
        tools::set_pixel(seen, i % 40, i / 40,
                         {static_cast<std::uint8_t>(i % 251), static_cast<std::uint8_t>(i % 40), 90});
    tools::write_png(place.folder / "seen.png", seen);
    const Tensor planes = models::planes(models::read_png(place.folder / "seen.png"), 3);
    const std::string line = "eval net.safetensors --input ", explained = "explain net.safetensors --method gradient ";
    const auto same_as = [&](const Tensor& rows, const std::string& words) {
        io::write_npy(place.folder / "rows.npy", rows);
        CHECK(same_bits(place.outputs(line + "rows.npy"), place.outputs(line + words)));
    };
    same_as(models::fitted(planes, 12, 12), "seen.png --fit crop");
    same_as(models::fitted(planes, 12, 12, {.side = 16}), "seen.png --fit crop:16");
    same_as(models::fitted(planes, 12, 12, {.way = models::PictureFit::stretch}), "seen.png --fit stretch");
    same_as(flip(models::fitted(planes, 12, 12), {0}), "seen.png --fit crop --channels bgr");
    const Json d = place.json(explained + "--input seen.png --fit crop --channels bgr");
    CHECK(d["input"]["notes"] == Json({"seen.png: 40 by 24 pixels, the 24 by 24 in the middle resized to 12 by 12"}));
    CHECK(d["model"]["fit"] == "crop");
    CHECK(d["model"]["channels"] == "bgr");
    place.refused(explained + "--input seen.png",
                  "explain: --input: pictures must be 12 by 12 pixels: seen.png is 40 by 24; --fit crop or --fit "
                  "stretch makes it so",
                  4);
    models::save_model(place.folder / "grey.safetensors", models::make("lenet5", {{"size", "12"}}, 1));
    const Json data = place.json("explain grey.safetensors --method gradient --input data:shapes:test:0 --fit stretch");
    CHECK(data["input"]["notes"][0] == "shapes: 32 by 32 pixels resized to 12 by 12");
    place.refused("eval grey.safetensors --data shapes",
                  "eval: --data: pictures must be 12 by 12 pixels: shapes is 32 by 32; --fit crop or --fit stretch "
                  "makes it so");
    place.refused("explain grey.safetensors --method gradient --input data:shapes:test:0 --fit crop:100000000",
                  "--fit: what is cut out must be a pixel or more of the picture: got 100000000");
}

TEST_CASE("a data set is made to fit a few rows at a time, and only where they are wanted") {
    const Place place;
    models::save_model(place.folder / "grey.safetensors", models::make("lenet5", {{"size", "12"}}, 1));
    const std::string line = "eval grey.safetensors --fit stretch ";
    const Tensor all = place.outputs(line + "--input data:shapes:test");
    CHECK(max(abs(place.outputs(line + "--input data:shapes:test:7,3") - gather(all, Indices{7, 3}))).item() < 1e-6);
    const Tensor shapes = models::load("shapes", "test").x;
    const Json whole = place.json(line + "--data shapes");
    CHECK(whole["rows"] == shapes.rows());
    models::DataSet fitted = models::load("shapes", "test");
    fitted.x = models::fitted(fitted.x, 12, 12, {.way = models::PictureFit::stretch});
    const models::Model net = models::load_model(place.folder / "grey.safetensors");
    CHECK(whole["loss"].get<double>() == doctest::Approx(nn::evaluate(net, {fitted.x, fitted.labels}).loss));
}

TEST_CASE("a network that ends in a softmax gives probabilities, and no second softmax is taken") {
    const Place place;
    const std::string line = "explain soft.ONNX --input 0.2,0.3 --dtype f64 --method integrated-gradients";
    const double p = place.outputs("eval soft.ONNX --input 0.2,0.3 --dtype f64").at(0);
    const Json d = place.json(line + " --target 0");
    CHECK(d["output_stage"] == "probability");
    CHECK(first(d, "f_input") == doctest::Approx(p));
    CHECK(d["notes"][0] ==
          "the network ends in Softmax: its output is a probability; --output-tensor z looks at what "
          "that is taken of");
    CHECK(place.json(line + " --target 0 --output probability")["f_input"] == d["f_input"]);
    const Json before = place.json(line + " --target 0 --output-tensor z"),
               probability = place.json(line + " --target 0 --output-tensor z --output probability");
    CHECK(before["output_stage"] == "logit");
    CHECK(first(before, "f_input") == doctest::Approx(0.2 + 0.9));
    CHECK(first(probability, "f_input") == doctest::Approx(p));
    CHECK(probability["model"]["output_tensor"] == "z");
    for (const char* stage : {"logit", "log-odds", "log-probability", "margin:0,1"})
        place.refused(line + " --output " + stage, std::string("explain: --output ") + stage +
                                                       " is made of logits, and soft.ONNX ends in Softmax: give "
                                                       "--output-tensor z, what that is taken of");
    const Json info = place.json("info soft.ONNX");
    CHECK(info["ending"] == Json({{"step", "Softmax"}, {"of", "z"}}));
    CHECK(place.json("geodesic soft.ONNX --to 1,2 --points 5")["output_stage"] == "probability");
    const program::Outcome compared = program::run(
        "compare soft.ONNX --data moons --images 4 --methods gradient --metrics deletion --json", place.folder.path());
    CHECK(compared.err.starts_with(
        "note: the network ends in Softmax: explained is what that is taken of, as by --output-tensor z\n"));
    CHECK(Json::parse(compared.out)["model"]["output_tensor"] == "z");
}

TEST_CASE("metrics and studies take no second softmax") {
    const Place place;
    for (const std::string metric : {"fisher", "probabilities"}) {
        const std::string rest = ": --metric " + metric +
                                 " takes a softmax of logits, and soft.ONNX ends in Softmax: "
                                 "give --output-tensor z, what that is taken of";
        place.refused("geodesic soft.ONNX --to 1,2 --metric " + metric, "geodesic" + rest);
        place.refused("explain soft.ONNX --input 1,2 --method geodesic-ig --metric " + metric, "explain" + rest);
        CHECK(place.json("geodesic soft.ONNX --to 1,2 --points 5 --output-tensor z --metric " + metric)["metric"] ==
              metric);
    }
    io::write_npy(place.folder / "row.npy", Tensor({1, 2}, {0.2F, 0.3F}));
    const program::Outcome studied = program::run(
        "reproduce geodesics --quick --model soft.ONNX --input row.npy --out studied", place.folder.path());
    CHECK(studied.err.find("note: the network ends in Softmax: explained is what that is taken of, as by "
                           "--output-tensor z\n") != std::string::npos);
}

TEST_CASE("sigmoids of several outputs are no softmax, and none is taken of what they are taken of") {
    const Place place;
    const std::string none = " ends in Sigmoid, which is a softmax of no tensor inside";
    place.refused("compare each.onnx --data moons --images 4 --methods gradient",
                  "compare: it takes a softmax of logits, and each.onnx" + none);
    place.refused("geodesic each.onnx --to 1,2 --metric fisher",
                  "geodesic: --metric fisher takes a softmax of logits, and each.onnx" + none);
    const std::string line = "explain each.onnx --input 1,2 --method gradient --output ";
    place.refused(line + "log-odds", "explain: --output log-odds is made of logits, and each.onnx" + none);
    place.refused(line + "logit",
                  "explain: --output logit is made of logits, and each.onnx ends in Sigmoid: give "
                  "--output-tensor z, what that is taken of");
    const std::string help = fine("compare --help", place.folder).out;
    CHECK(std::regex_search(help, std::regex("ends\\s+in\\s+a\\s+softmax,\\s+what\\s+that\\s+is\\s+taken")));
}

TEST_CASE("of logarithms of probabilities all is right but their name") {
    const Place place;
    const std::string line = "explain log.onnx --input 0.2,0.3 --dtype f64 --method gradient --target 0";
    const Json d = place.json(line);
    CHECK(d["output_stage"] == "log-probability");
    CHECK(place.json(line + " --output log-probability")["f_input"] == d["f_input"]);
    const double p = std::exp(first(d, "f_input"));
    CHECK(first(place.json(line + " --output probability"), "f_input") == doctest::Approx(p));
    CHECK(first(place.json(line + " --output log-odds"), "f_input") == doctest::Approx(std::log(p / (1 - p))));
    place.refused(line + " --output logit",
                  "explain: --output logit is made of logits, and log.onnx ends in LogSoftmax: give --output-tensor z, "
                  "what that is taken of");
}

TEST_CASE("ends that do not fit are refused") {
    const Place place;
    const std::string line = "explain net.safetensors --input data:shapes:test:0 --method gradient ";
    place.refused(line + "--mean 1,2", "explain: --mean takes one number, or one per channel: got 2 for 3 channels");
    place.refused(line + "--std 0", "explain: --std must be above 0: got 0");
    place.refused(line + "--scale 1,x", "explain: --scale takes a number: got \"x\"");
    place.refused(line + "--fit shrink", "explain: --fit takes crop, crop:SIDE or stretch: got \"shrink\"");
    place.refused(line + "--fit crop:8",
                  "--fit: the shorter side must be long enough to cut 12 by 12 out of it: got 8");
    place.refused(line + "--output-tensor z", "explain: --output-tensor is of .onnx files: net.safetensors is none");
    place.refused("explain points.safetensors --input 1,2 --method gradient --channels bgr",
                  "explain: --channels bgr is of pictures in colour: rows have the shape (2,)");
    place.refused("explain soft.ONNX --input 1,2 --method gradient --output-tensor zz",
                  "explain: --output-tensor: there is no tensor \"zz\" that the network computes; gradpath info lists "
                  "them as layers");
    place.refused("eval expr:x1 --input 1 --scale 2 --channels bgr",
                  "eval: a formula says by itself what it does with its numbers: got scale 2, channels bgr");
}

TEST_CASE("published networks are as good as they were, given the numbers they want") {
    struct Published {
        const char *network, *data, *ends;
        double accuracy;
    };
    for (const Published& known :
         {Published{"mnist-8", "mnist", "--scale 255", 0.9891},
          {"resnet20_cifar10", "cifar10/test1000_from_jpeg.bin.gz",
           "--split all --mean .485,.456,.406 --std .229,.224,.225", 0.804},
          {"captum_cifar10", "cifar10/test1000_from_jpeg.bin.gz", "--split all --mean .5 --std .5", 0.577}}) {
        const std::string network = std::string("models/") + known.network + ".onnx";
        if (!have_real_data(network) || !have_real_data(known.data)) return;
        const Place place;
        const Json d = place.json("eval " + real_data(network).string() + " --data " + real_data(known.data).string() +
                                  " " + known.ends);
        CHECK_MESSAGE(d["accuracy"].get<double>() == doctest::Approx(known.accuracy).epsilon(0.002), network);
    }
}
