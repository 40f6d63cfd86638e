// Everything a user can get wrong, with the exact words and the exit code the program answers with, and with a look at
// the folder afterwards: what failed has left nothing behind.
#include <doctest/doctest.h>

#include <fstream>
#include <string>
#include <vector>

#include <gradpath/autodiff/io/npz.hpp>
#include <gradpath/autodiff/io/safetensors.hpp>
#include <gradpath/autodiff/tensor.hpp>

#include "program.hpp"

namespace {

using namespace gradpath;

struct Bad {
    const char* line;
    int exit;
    const char* message;
};

void write_text(const std::filesystem::path& file, const std::string& text) {
    std::ofstream(file, std::ios::binary) << text;
}

/// A folder with a trained model and files of every kind of badness.
void prepare(const program::Folder& folder) {
    REQUIRE(program::run("train --model moons-mlp --set widths=2-4-2 --data moons --epochs 1 --out run --quiet",
                         folder.path())
                .exit == 0);
    io::write_npy(folder / "three.npy", zeros({3}));
    io::write_npy(folder / "none.npy", zeros({0, 2}));
    io::write_npy(folder / "rows.npy", zeros({4, 2}));
    io::write_npy(folder / "labels.npy", Indices{0, 1});
    const std::vector<io::NamedTensor> unnamed{{"a", zeros({2})}, {"b", zeros({2})}};
    io::write_npz(folder / "two.npz", unnamed);
    const std::vector<io::NamedTensor> no_labels{{"x", zeros({4, 2})}};
    io::write_npz(folder / "x.npz", no_labels);
    io::write_safetensors(folder / "stranger.safetensors", {.tensors = {{"w", zeros({2})}}});
    write_text(folder / "bad.npy", "hello");
    write_text(folder / "bad.npz", "hello");
    write_text(folder / "bad.png", "hello");
    write_text(folder / "bad.safetensors", "hello");
    write_text(folder / "file", "");
    const std::string model = program::read(folder / "run/model.safetensors");
    write_text(folder / "cut.safetensors", model.substr(0, model.size() - 8));
}

void check_all(const std::vector<Bad>& cases) {
    const program::Folder folder;
    prepare(folder);
    const std::vector<std::string> before = program::listing(folder.path());
    for (const Bad& bad : cases) {
        CAPTURE(std::string(bad.line));
        const program::Outcome outcome = program::run(bad.line, folder.path());
        CHECK(outcome.exit == bad.exit);
        CHECK(outcome.err == std::string("gradpath: ") + bad.message + "\n");
        CHECK(outcome.out.empty());
        CHECK(program::listing(folder.path()) == before);
    }
}

}  // namespace

TEST_CASE("a word that is no command or option is answered with the nearest one") {
    check_all({
        {"explian x", 2, "there is no command \"explian\"; did you mean \"explain\"?"},
        {"--verison", 2, "there is no option \"--verison\"; see gradpath --help"},
        {"train --modle lenet5", 2, "train: there is no option \"--modle\"; did you mean \"--model\"?"},
        {"train --modle=lenet5", 2, "train: there is no option \"--modle\"; did you mean \"--model\"?"},
        {"methods --cite --json", 2, "methods: --cite gives BibTeX of the methods: leave out --json and --metrics"},
        {"methods --cite --metrics", 2, "methods: --cite gives BibTeX of the methods: leave out --json and --metrics"},
        {"methods --out o", 2, "methods: it leaves no files: leave out --out"},
        {"info two.npz --out o", 2, "info: it leaves no files but that of --graph: leave out --out"},
        {"bench --json --markdown", 2, "bench: --json and --markdown are two forms: choose one"},
        {"eval run/model.safetensors --input 1,2 --split train", 2, "eval: --split is of --data, got --input 1,2"},
        {"eval run/model.safetensors --data moons --ignore bar", 2,
         "eval: --ignore is of tables (.csv, .tsv), the data are moons"},
        {"train --model mlp --data moons --header yes --out o", 2,
         "train: --header is of tables (.csv, .tsv), the data are moons"},
        {"train --model mlp --data moons --label foo --out o", 2,
         "train: --label is of tables (.csv, .tsv), the data are moons"},
        {"explain run/model.safetensors --input 1,2 --method gradient --pool rows.npy", 2,
         "explain: --pool is of geodesic-ig and geodesic-ig-knn, the method is gradient"},
        {"eval run/model.safetensors --input 1,2 --label foo", 2,
         "eval: --label is of tables (.csv, .tsv), the data are 1,2"},
        {"explain run/model.safetensors --input 1,2 --method gradient --columns q,r --label foo", 2,
         "explain: --label is of tables (.csv, .tsv), the data are 1,2"},
        {"explain run/model.safetensors --input data:moons:test:0 --method gradient --header yes", 2,
         "explain: --header is of tables (.csv, .tsv), the data are data:moons:test:0"},
        {"compare run/model.safetensors --data moons --separator tab", 2,
         "compare: --separator is of tables (.csv, .tsv), the data are moons"},
        {"geodesic run/model.safetensors --to 1,2 --category q", 2,
         "geodesic: --category is of tables (.csv, .tsv), the data are 1,2"},
        {"geodesic expr:x1*x2 --to 1,2 --pool rows.npy", 2,
         "geodesic: --pool is of the solver neighbours, the solver is relax"},
        {"convert two.npz o.safetensors --dtype f64", 2,
         "convert: it writes OUT alone, in the dtypes of IN: leave out --dtype, --json and --out"},
        {"convert run/model.safetensors o.npz --fold-batch-norm", 2,
         "convert: --fold-batch-norm is of .onnx files: got \"run/model.safetensors\""},
        {"methods --jsno", 2, "methods: there is no option \"--jsno\"; did you mean \"--json\"?"},
        {"info a b", 2, "info: there is one word too many: \"b\"; see gradpath info --help"},
        {"train --epochs", 2, "train: --epochs needs a value; see gradpath train --help"},
        {"eavl x", 2, "there is no command \"eavl\"; did you mean \"eval\"?"},
        {"selftest --suite analytc", 2, "selftest: there is no suite \"analytc\"; did you mean \"analytic\"?"},
    });
}

TEST_CASE("common options out of range are refused before any work") {
    check_all({
        {"info --threads 0", 2, "info: --threads must lie in 1 .. 1024: got 0"},
        {"info --threads many", 2, "info: --threads takes a whole number: got \"many\""},
        {"info --dtype f16", 2, "info: --dtype takes f32 or f64: got \"f16\""},
        {"info --memory 5X", 2, "info: --memory takes bytes such as 512M, 16M or 2G: got \"5X\""},
        {"info --memory 99999999T", 2, "info: --memory takes bytes such as 512M, 16M or 2G: got \"99999999T\""},
        {"info --seed -1", 2, "info: --seed takes a whole number from 0: got \"-1\""},
        {"info --out ''", 2, "info: --out takes the name of a folder: got \"\""},
    });
}

TEST_CASE("training that makes no sense is refused, and no folder appears") {
    check_all({
        {"train --data moons --out o", 2, "train: --model is missing; see gradpath train --help"},
        {"train --model moons-mlp --out o", 2, "train: --data is missing; see gradpath train --help"},
        {"train --model moons-mlp --data moons", 2, "train: --out is missing; see gradpath train --help"},
        {"train --model moons-mpl --data moons --out o", 2,
         "model: there is no architecture \"moons-mpl\"; did you mean \"moons-mlp\"?"},
        {"train --model lenet5 --data moons --out o", 2,
         "lenet5: it takes square images (channels, size, size): the data's rows are (2,); use mlp"},
        {"train --model mlp --data moons --epochs 0 --out o", 2, "train: --epochs must be at least 1: got 0"},
        {"train --model mlp --data moons --epochs -1 --out o", 2, "train: --epochs must not be negative: got -1"},
        {"train --model mlp --data moons --epochs ten --out o", 2, "train: --epochs takes a whole number: got \"ten\""},
        {"train --model mlp --data moons --batch 0 --out o", 2, "train: --batch must be at least 1: got 0"},
        {"train --model mlp --data moons --rate 0 --out o", 2, "train: --rate must be positive: got 0"},
        {"train --model mlp --data moons --rate nan --out o", 2, "train: --rate takes a finite number: got \"nan\""},
        {"train --model mlp --data moons --optimizer sdg --out o", 2,
         "train: --optimizer takes adam, adamw, rmsprop or sgd: got \"sdg\"; did you mean \"sgd\"?"},
        {"train --model mlp --data moons --momentum 0.9 --out o", 2,
         "train: --momentum is of sgd and rmsprop, the optimizer is adam"},
        {"train --model mlp --data moons --weight-decay -1 --out o", 2,
         "train: --weight-decay must not be negative: got -1"},
        {"train --model mlp --data moons --validation 1 --out o", 2, "train: --validation must lie in [0, 1): got 1"},
        {"train --model mlp --data moons --set widths --out o", 2, "train: --set takes KEY=VALUE: got \"widths\""},
        {"train --model mlp --data moons --set widht=2-2 --out o", 2,
         "mlp: there is no option \"widht\"; did you mean \"widths\"?"},
        {"train --model mlp --data moons --set widths=2-0-2 --out o", 2,
         "mlp: widths takes whole numbers from 1 to 100000000: got \"2-0-2\""},
        {"train --model mlp --data moons --set widths=2-8-3 --out o", 2,
         "mlp: outputs must be as many as classes: there are 3 outputs, moons has 2 classes"},
        {"train --model mlp --data moons --set widths=2-100000000-100000000-2 --out o", 1,
         "there is not enough memory: 36379.8 TiB were asked for at once; a smaller model or fewer rows at one time "
         "need less"},
        {"train --model mlp --data moons --out file", 1,
         "--out: the folder must be there or can be made: file: Not a directory"},
        {"train --model mlp --data missing.npz --out o", 4, "data: no such file or folder: missing.npz"},
        {"train --model mlp --data x.npz --out o", 4, "npz: no array named 'y'; there are: x (x.npz)"},
    });
}

TEST_CASE("a run is not resumed with other settings, and they are named") {
    const std::string again = "train --model moons-mlp --data moons --out run --resume --epochs ";
    const std::string rule = "train: --resume goes on with the settings the run began with: ",
                      way_out = "; give those, or train anew without --resume";
    const std::vector<std::pair<std::string, std::string>> cases = {
        {again + "1 --set widths=2-4-2 --rate 0.01", rule + "--rate was 0.001 and is 0.01" + way_out},
        {again + "1 --set widths=2-4-2 --batch 32 --seed 5",
         rule + "--batch was 64 and is 32, --seed was 0 and is 5" + way_out},
        {again + "1 --set widths=2-4-2 --dtype f64", rule + "--dtype was float32 and is float64" + way_out},
        {again + "1", rule + "--set widths was 2-4-2 and is 2-64-64-2" + way_out},
        {again + "1 --set widths=2-5-2", rule + "--set widths was 2-4-2 and is 2-5-2" + way_out},
    };
    std::vector<Bad> bad;
    for (const auto& [line, message] : cases) bad.push_back({line.c_str(), 2, message.c_str()});
    check_all(bad);
}

TEST_CASE("a model that cannot be opened is named, with the reason") {
    check_all({
        {"eval missing.safetensors --data moons", 4,
         "read: cannot open missing.safetensors: No such file or directory"},
        {"eval bad.safetensors --data moons", 4,
         "safetensors: the header's length is missing: the file has 5 bytes (bad.safetensors)"},
        {"eval stranger.safetensors --data moons", 4,
         "load: the metadata must have the key \"gradpath\": this file is not a model of gradpath "
         "(stranger.safetensors)"},
        {"eval three.npy --data moons", 2,
         "eval: MODEL is a .safetensors file of gradpath, an .onnx file or expr:FORMULA: got \"three.npy\""},
        {"eval run/model.safetensors", 2, "eval: give either --data or --input; see gradpath eval --help"},
        {"eval expr:x1 --data moons", 2, "eval: --data needs a trained model: expr:x1 is a formula; give --input"},
        {"eval run/model.safetensors --data moons --split tset", 2,
         "eval: --data: the split must be train, test or all but is 'tset'; did you mean test?"},
        {"eval run/model.safetensors --input 1,2,3 --out o", 2,
         "eval: --input: the model takes 2 numbers a row: got 3"},
        {"eval run/model.safetensors --input three.npy --out o", 4,
         "eval: --input: rows must have the shape (2,): three.npy has the shape (3,)"},
        {"info missing.npy", 4, "info: no such file: missing.npy"},
        {"info missing", 4, "info: no such file: missing"},
        {"info run", 4, "info: no such file: run"},
        {"info file", 2, "info: it reads .safetensors, .onnx, .npz, .npy and .png files: got \"file\""},
    });
}

TEST_CASE("a formula that cannot be read is answered with the place") {
    check_all({
        {"explain expr:x1+ --input 1 --method gradient", 2,
         "expr: expected a number, a variable, a function or \"(\": got the end at character 4 of \"x1+\"; write for "
         "example "
         "(x1+x2)^3"},
        {"explain expr:foo(x1) --input 1 --method gradient", 2,
         "expr: unknown name: got \"foo\" at character 1 of \"foo(x1)\"; names are x1, x2, ..., exp, log, sqrt, sin, "
         "cos, tanh, "
         "sigmoid, softplus, relu, abs, min, max"},
        {"explain expr:x1+x3 --input 1,2 --method gradient", 2,
         "explain: --input: the model takes 3 numbers a row: got 2"},
    });
}

TEST_CASE("an input that does not fit the model is named, with both shapes") {
    check_all({
        {"explain run/model.safetensors --method gradient", 2,
         "explain: --input is missing; see gradpath explain --help"},
        {"explain run/model.safetensors --input missing.npy --method gradient --out o", 4,
         "read: cannot open missing.npy: No such file or directory"},
        {"explain run/model.safetensors --input three.npy --method gradient --out o", 4,
         "explain: --input: rows must have the shape (2,): three.npy has the shape (3,)"},
        {"explain run/model.safetensors --input none.npy --method gradient --out o", 4,
         "explain: --input: rows must have the shape (2,): none.npy has the shape (0, 2)"},
        {"explain run/model.safetensors --input two.npz --method gradient --out o", 4,
         "explain: --input: there must be an array x, or only one: two.npz has 2"},
        {"explain run/model.safetensors --input bad.png --method gradient --out o", 2,
         "explain: --input: a picture needs a model of images: this one takes rows of the shape (2,)"},
        {"explain run/model.safetensors --input data:moons:test:99999 --method gradient", 2,
         "explain: --input: there is no row 99999: moons:test has 2500 rows"},
        {"explain run/model.safetensors --input data:moons --method gradient", 2,
         "explain: --input: it is data:NAME:SPLIT or data:NAME:SPLIT:INDEX: got \"data:moons\""},
        {"explain run/model.safetensors --input somewhere --method gradient", 2,
         "explain: --input: it takes numbers such as 1,3, a .csv, .npy, .npz or .png file, or data:NAME:SPLIT:INDEX: "
         "got \"somewhere\""},
        {"explain run/model.safetensors --input 1,x --method gradient", 2,
         "explain: --input takes a number: got \"x\""},
        {"explain run/model.safetensors --input rows.npy --index 4 --method gradient", 2,
         "explain: --index: there is no row 4: rows.npy has 4 rows"},
        {"explain run/model.safetensors --input rows.npy --index a --method gradient", 2,
         "explain: --index takes a whole number: got \"a\""},
    });
}

TEST_CASE("a method, target, stage or baseline that is not there is answered with what is") {
    const std::string ig = "explain expr:x1+x2 --input 1,2 --out o --method integrated-gradients ";
    const std::vector<std::tuple<std::string, int, std::string>> cases = {
        {"explain expr:x1 --input 1", 2, "explain: --method is missing; see gradpath explain --help"},
        {"explain expr:x1 --input 1 --method grad", 2,
         "explain: there is no method \"grad\"; did you mean \"gradient\"?"},
        {"explain expr:x1 --input 1 --method gradeint", 2,
         "explain: there is no method \"gradeint\"; did you mean \"gradient\"?"},
        {"explain expr:x1 --input 1 --method magic", 2, "explain: there is no method \"magic\"; see gradpath methods"},
        {"explain expr:x1 --input --method gradient", 2,
         "explain: --input needs a value: got the option \"--method\"; see gradpath explain --help"},
        {"explain expr:x1 --input 1 --method gradient --steps 5", 2,
         "gradient: option 'steps' is unknown: the method has none"},
        {"explain expr:x1 --input 1 --method gradient --baseline zero", 2, "explain: gradient takes no --baseline"},
        {"explain expr:x1 --input 1 --method smooth-grad --samples 0", 2,
         "smooth-grad: samples must be at least 1 but is 0"},
        {"explain expr:x1 --input 1 --method smooth-grad --sigma -1", 2,
         "smooth-grad: sigma must not be negative but is -1"},
        {ig + "--steps 0", 2, "integrated-gradients: steps must be at least 1 but is 0"},
        {ig + "--steps 1.5", 2, "integrated-gradients: steps: must be a whole number but is '1.5'"},
        {ig + "--tolerance -1", 2, "integrated-gradients: tolerance must be above 0 but is -1"},
        {ig + "--tolerance x", 2, "integrated-gradients: tolerance: must be a number but is 'x'"},
        {ig + "--rule lft", 2,
         "rule: 'lft' is unknown; did you mean 'left'? There are: left right midpoint trapezoid gauss-legendre "
         "gauss-kronrod exact captum-trapezoid pair"},
        {ig + "--target 1", 2, "integrated-gradients: target must lie in [0, 1) but is 1"},
        {ig + "--target best", 2,
         "explain: --target: it takes predicted, all, true, an index, one index per row such as 3,1,4: got \"best\""},
        {ig + "--target 0,0", 2,
         "integrated-gradients: target names 2 outputs but the input has 1 rows; give one index per row, or one for "
         "all"},
        {ig + "--target true", 2, "explain: --target true needs labels: 1,2 has none"},
        {ig + "--target labels.npy", 4,
         "explain: --target: there must be one index per row: labels.npy has 2 for 1 rows"},
        {ig + "--output chance", 2,
         "output stage: must be logit, probability, log-probability, log-odds or margin:A,B but is 'chance'"},
        {ig + "--output margin:0,1", 2, "integrated-gradients: margin must lie in [0, 1) but is 1"},
        {ig + "--baseline blr", 2,
         "baseline: 'blr' is unknown; did you mean 'blur'? There are: zero constant:C mean blur:SIGMA "
         "uniform:LOW,HIGH,SAMPLES "
         "gaussian:SIGMA,SAMPLES farthest:LOW,HIGH black+white:LOW,HIGH coalition:ABSENT,SAMPLES samples:FILE "
         "learned:DATA typical all"},
        {ig + "--baseline typicl", 2,
         "baseline: 'typicl' is unknown; did you mean 'typical'? There are: zero constant:C mean blur:SIGMA "
         "uniform:LOW,HIGH,SAMPLES "
         "gaussian:SIGMA,SAMPLES farthest:LOW,HIGH black+white:LOW,HIGH coalition:ABSENT,SAMPLES samples:FILE "
         "learned:DATA typical all"},
        {ig + "--baseline 0", 2,
         "explain: --baseline: the model takes 2 numbers a row: got 1; for the same number everywhere write "
         "constant:0"},
        {ig + "--samples 9", 2,
         "explain: --samples of integrated-gradients counts the draws of a random baseline: it is zero; give "
         "--baseline uniform or gaussian"},
        {ig + "--baseline 1,2,3", 2, "explain: --baseline: the model takes 2 numbers a row: got 3"},
        {ig + "--baseline three.npy", 4,
         "explain: --baseline: rows must have the shape (2,): three.npy has the shape (3,)"},
        {ig + "--baseline rows.npy", 2,
         "explain: --baseline must have one row, or one per row of the input: it has 4 for 1 rows"},
        {ig + "--set step=5", 2,
         "integrated-gradients: option 'step' is unknown; did you mean 'steps'? There are: tolerance steps rule "
         "max-steps seed"},
        {ig + "--set steps", 2, "explain: --set takes KEY=VALUE: got \"steps\""},
    };
    std::vector<Bad> bad;
    for (const auto& [line, exit, message] : cases) bad.push_back({line.c_str(), exit, message.c_str()});
    check_all(bad);
}

TEST_CASE("files cut or overwritten at random places are refused with exit code 4, and never crash the program") {
    const program::Folder folder;
    prepare(folder);
    for (const std::string name : {"bad.npy", "bad.npz", "cut.safetensors"}) {
        const program::Outcome outcome = program::run("info " + name, folder.path());
        CHECK_MESSAGE(outcome.exit == 4, name, ": ", outcome.err);
        CHECK(outcome.err.find(name) != std::string::npos);
        CHECK(outcome.out.empty());
    }
    const std::string model = program::read(folder / "run/model.safetensors");
    for (std::size_t k = 1; k <= 12; ++k) {
        const std::size_t at = model.size() * k / 13;
        write_text(folder / "damaged.safetensors", model.substr(0, at));
        CHECK(program::run("explain damaged.safetensors --input 1,2 --method gradient", folder.path()).exit == 4);
    }
}

TEST_CASE("what cannot be written ends with exit code 1") {
    const program::Folder folder;
    CHECK(program::run("explain expr:x1 --input 1 --method gradient --out /proc/nothing/here", folder.path()).exit ==
          1);
}
