#include <doctest/doctest.h>

#include <gradpath/autodiff/error.hpp>
#include <gradpath/models/mlp.hpp>
#include <gradpath/models/settings.hpp>

using namespace gradpath;
using namespace gradpath::models;

TEST_CASE("options go to text and back") {
    const Mlp options{.widths = {3, 5, 1}, .activation = "tanh"};
    const Settings settings = settings_of(options);
    CHECK(settings == Settings{{"widths", "3-5-1"}, {"activation", "tanh"}});
    const Mlp back = with_settings("mlp", Mlp{}, settings);
    CHECK(back.widths == options.widths);
    CHECK(back.activation == "tanh");
}

TEST_CASE("settings left out keep the defaults, and widths may be joined by commas") {
    const Mlp options = with_settings("mlp", Mlp{}, {{"widths", "7,8"}});
    CHECK(options.widths == std::vector<Index>{7, 8});
    CHECK(options.activation == "relu");
}

TEST_CASE("settings that are not numbers are refused with the text as given") {
    for (const char* bad : {"", "2-", "-2", "2--3", "2-x", "2 -3", "1.5", "0-2", "100000001", "99999999999999999999"}) {
        CAPTURE(bad);
        const std::string message = text("mlp: widths takes whole numbers from 1 to 100000000: got \"", bad, "\"");
        CHECK_THROWS_WITH_AS(with_settings("mlp", Mlp{}, {{"widths", bad}}), message.c_str(), ValueError);
    }
}

TEST_CASE("an unknown setting names the nearest, or all") {
    CHECK_THROWS_WITH_AS(with_settings("mlp", Mlp{}, {{"width", "2-2"}}),
                         "mlp: there is no option \"width\"; did you mean \"widths\"?", ValueError);
    CHECK_THROWS_WITH_AS(with_settings("mlp", Mlp{}, {{"size", "2"}}),
                         "mlp: there is no option \"size\"; there are widths, activation", ValueError);
}
