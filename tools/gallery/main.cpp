// Composes the report of tools/demo from two finished training runs.
// usage: demo_report MOONS_FOLDER IMAGES_FOLDER REPORT.html
#include <cstdio>
#include <exception>
#include <filesystem>

#include <gradpath/autodiff/threads.hpp>
#include <gradpath/autodiff/version.hpp>
#include <gradpath/models/saved.hpp>
#include <gradpath/tools/gallery/gallery.hpp>
#include <gradpath/tools/report/html.hpp>

namespace {

using namespace gradpath;

std::string short_hash(const std::filesystem::path& run) {
    return models::hash(models::load_model(run / "model.safetensors")).substr(0, 16);
}

void compose(const std::filesystem::path& moons, const std::filesystem::path& images,
             const std::filesystem::path& file) {
    tools::Report report{
        .title = "Two small networks, explained",
        .subtitle =
            "Trained and explained by gradpath on this machine, with no machine learning framework underneath."};
    report.sections = tools::image_sections(images);
    for (tools::Section& section : tools::moons_sections(moons)) report.sections.push_back(std::move(section));
    report.provenance = {{"gradpath", version()},
                         {"instruction set", isa()},
                         {"model of the images", short_hash(images)},
                         {"model of the half moons", short_hash(moons)},
                         {"seed", "1"},
                         {"dtype", "float32"}};
    tools::write_html(file, report);
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 4) {
        std::fputs("usage: demo_report MOONS_FOLDER IMAGES_FOLDER REPORT.html\n", stderr);
        return 2;
    }
    try {
        compose(argv[1], argv[2], argv[3]);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "demo_report: %s\n", error.what());
        return 1;
    }
    return 0;
}
