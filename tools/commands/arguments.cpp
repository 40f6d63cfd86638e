// CLI11 does the splitting of words and the layout of the help; messages and conversions are ours, so that all commands
// complain alike and every unknown name is answered with the nearest one.
#include <gradpath/tools/commands/arguments.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <iterator>

#include <CLI/CLI.hpp>

#include <gradpath/models/data/nearest.hpp>
#include <gradpath/tools/commands/exit.hpp>
#include <gradpath/tools/commands/option_lines.hpp>
#include <gradpath/tools/commands/pages.hpp>

namespace gradpath::tools {
namespace {

template <class T>
void read_number(const std::string& what, const char* kind, const std::string& text, T& field) {
    T value{};
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
    require<UsageError>(fault == std::errc() && end == text.data() + text.size(), what, " takes ", kind, ": got \"",
                        text, "\"");
    field = value;
}

/// Summary and examples first, then the options.
class HelpLayout : public CLI::Formatter {
public:
    explicit HelpLayout(std::string examples) : examples_(std::move(examples)) { column_width(34); }
    std::string make_help(const CLI::App* app, std::string name, CLI::AppFormatMode mode) const override {
        std::string text = app->get_description() + "\n\nExamples:\n";
        for (std::size_t first = 0; first < examples_.size();) {
            const std::size_t last = examples_.find('\n', first);
            text += "  " + examples_.substr(first, last - first) + "\n";
            first = last == std::string::npos ? examples_.size() : last + 1;
        }
        return text + "\n" + make_usage(app, std::move(name)) + make_positionals(app) + make_groups(app, mode);
    }
    std::string make_option_opts(const CLI::Option* option) const override {
        return option->get_type_size() == 0 || option->get_type_name().empty() ? "" : " " + option->get_type_name();
    }

private:
    std::string examples_;
};

}  // namespace

void read_value(const std::string&, const std::string& text, std::string& field) { field = text; }

void read_value(const std::string& what, const std::string& text, Index& field) {
    Index value = 0;
    read_number(what, "a whole number", text, value);
    require<UsageError>(value >= 0, what, " must not be negative: got ", value);
    field = value;
}

void read_value(const std::string& what, const std::string& text, std::uint64_t& field) {
    read_number(what, "a whole number from 0", text, field);
}

void read_value(const std::string& what, const std::string& text, double& field) {
    double value = 0;
    read_number(what, "a number", text, value);
    require<UsageError>(std::isfinite(value), what, " takes a finite number: got \"", text, "\"");
    field = value;
}

std::string did_you_mean(std::string_view name, const std::vector<std::string>& names) {
    return models::suggestion(name, std::vector<std::string_view>(names.begin(), names.end()));
}

namespace {

/// A file of --config; the names are those of the options.
class OptionFile : public CLI::Config {
public:
    OptionFile(const CLI::App& app, std::string command) : app_(app), command_(std::move(command)) {}
    std::vector<CLI::ConfigItem> from_config(std::istream& file) const override {
        const std::string text((std::istreambuf_iterator<char>(file)), {});
        std::vector<CLI::ConfigItem> given;
        for (const OptionLine& line : read_option_lines(text, command_ + ": --config")) {
            const CLI::Option& option = option_for(line.name);
            const bool repeated = option.get_multi_option_policy() == CLI::MultiOptionPolicy::TakeAll;
            const auto before = std::ranges::find(given, line.name, &CLI::ConfigItem::name);
            require<UsageError>(before == given.end() || repeated, command_, ": --config: line ", line.line, ": ",
                                line.name, " is given a second time");
            CLI::ConfigItem& item = before == given.end() ? given.emplace_back() : *before;
            item.name = line.name;
            const bool flag = option.get_expected_min() == 0;
            const std::vector<std::string> values = flag ? std::vector{truth_of(line)} : values_of(line, repeated);
            item.inputs.insert(item.inputs.end(), values.begin(), values.end());
        }
        return given;
    }
    std::string to_config(const CLI::App* app, bool, bool, std::string) const override {
        std::string lines;
        for (const CLI::Option* option : app->get_options())
            if (option->get_configurable() && option->count() > 0)
                lines += option_line(option->get_single_name(), option->reduced_results());
        return lines;
    }

private:
    const CLI::Option& option_for(const std::string& name) const {
        const CLI::Option* option = option_of(name);
        if (option != nullptr) return *option;
        std::string wanted = name;
        for (const std::string& known : names())
            if (CLI::detail::to_lower(known) == CLI::detail::to_lower(name)) wanted = known;  // MODEL
        throw UsageError(
            text(command_, ": --config: there is no option \"", name, "\"", did_you_mean(wanted, names())));
    }
    /// Of an option that is not repeated, 1,3 is one text, quoted or not.
    static std::vector<std::string> values_of(const OptionLine& line, bool repeated) {
        if (!repeated) return {CLI::detail::join(line.values, ",")};
        if (!line.bare) return line.values;
        std::vector<std::string> values = CLI::detail::split(line.values[0], ',');
        for (std::string& value : values) CLI::detail::trim(value);
        return values;
    }
    std::string truth_of(const OptionLine& line) const {
        const std::string value = CLI::detail::join(line.values, ",");
        bool read = false;
        require<UsageError>(CLI::detail::lexical_cast(value, read), command_, ": --config: line ", line.line, ": ",
                            line.name, " takes true or false: got ", value);
        return read ? "true" : "false";
    }
    const CLI::Option* option_of(const std::string& name) const {
        for (const CLI::Option* option : app_.get_options())
            if (option->get_configurable() && option->get_single_name() == name) return option;
        return nullptr;
    }
    std::vector<std::string> names() const {
        std::vector<std::string> list;
        for (const CLI::Option* option : app_.get_options())
            if (option->get_configurable()) list.push_back(option->get_single_name());
        return list;
    }

    const CLI::App& app_;
    std::string command_;
};

}  // namespace

struct Arguments::Parser {
    CLI::App app;
    std::string group = "Options", examples, form = "text";  ///< form: of what help() gives
    bool help = false, config = false;
};

Arguments::Arguments(std::string command, std::string summary, std::string examples)
    : command_(std::move(command)), parser_(std::make_unique<Parser>()) {
    CLI::App& app = parser_->app;
    app.name("gradpath " + command_);
    app.description(std::move(summary));
    app.formatter(std::make_shared<HelpLayout>(examples));
    app.config_formatter(std::make_shared<OptionFile>(app, command_));
    parser_->examples = std::move(examples);
    app.set_help_flag();
    app.allow_extras();
}

Arguments::~Arguments() = default;

void Arguments::group(const std::string& title) { parser_->group = title; }

void Arguments::positional(const std::string& name, std::string& field, const std::string& help) {
    parser_->app.add_option(name, field, help)->type_name("");
}

void Arguments::flag(const std::string& name, bool& field, const std::string& help) {
    parser_->app.add_flag(name, field, help)->group(parser_->group);
}

void Arguments::value(const std::string& name, const std::string& kind, const std::string& help,
                      const std::function<void(const std::string&)>& read, bool repeated) {
    const auto each = [this, name, read](const std::vector<std::string>& texts) {
        for (const std::string& text : texts) {
            require<UsageError>(!text.starts_with("--"), command_, ": ", name, " needs a value: got the option \"",
                                text, "\"; see gradpath ", command_, " --help");
            read(text);
        }
        return true;
    };
    CLI::Option* option = parser_->app.add_option(name, each, help);
    option->type_name(kind)->group(parser_->group)->type_size(1)->expected(1);
    option->multi_option_policy(repeated ? CLI::MultiOptionPolicy::TakeAll : CLI::MultiOptionPolicy::TakeLast);
}

void Arguments::add_standard() {
    CLI::App& app = parser_->app;
    const auto plain = [&](CLI::Option* option) { option->configurable(false)->group(parser_->group); };
    CLI::Option* file = app.set_config("--config", "", "a file of options, NAME = VALUE; words on the line win");
    plain(file->type_name("FILE"));
    plain(app.add_flag("--print-config", parser_->config, "the options as such a file, and nothing is run"));
    plain(app.add_flag("-h,--help", parser_->help, "this text; --help=man, =bash and =zsh for machines"));
}

bool Arguments::asks_for_help(std::span<const std::string> words) {
    for (const std::string& word : words) {
        if (word == "--help" || word == "-h") return true;
        if (!word.starts_with("--help=")) continue;
        const std::string& form = parser_->form = word.substr(7);
        require<UsageError>(form == "text" || form == "man" || form == "bash" || form == "zsh", command_,
                            ": --help takes text, man, bash or zsh: got \"", form, "\"");
        return true;
    }
    return false;
}

void Arguments::read(std::span<const std::string> words) {
    try {
        parser_->app.parse(std::vector<std::string>(words.rbegin(), words.rend()));  // CLI11 takes them from the back
    } catch (const CLI::FileError&) {
        throw IoError(text(command_, ": --config: ", parser_->app.get_config_ptr()->as<std::string>(),
                           " cannot be read; give the name of a file"));
    } catch (const CLI::ArgumentMismatch& error) {  // "--epochs: 1 required N missing"
        const std::string fault = error.what();
        throw UsageError(command_ + ": " + fault.substr(0, fault.find(':')) + " needs a value; see gradpath " +
                         command_ + " --help");
    } catch (const CLI::ParseError& error) {
        throw UsageError(command_ + ": " + error.what() + "; see gradpath " + command_ + " --help");
    }
}

bool Arguments::parse(std::span<const std::string> words) {
    if (asks_for_help(words)) return false;
    read(words);
    CLI::App& app = parser_->app;
    const std::vector<std::string> extras = app.remaining();
    if (extras.empty()) {
        if (parser_->config) parser_->form = "config";
        return !parser_->config;
    }
    if (!extras[0].starts_with("-"))
        throw UsageError(
            text(command_, ": there is one word too many: \"", extras[0], "\"; see gradpath ", command_, " --help"));
    std::vector<std::string> names;
    for (const CLI::Option* option : app.get_options())
        if (!option->get_positional()) names.push_back("--" + option->get_lnames().front());
    const std::string word = extras[0].substr(0, extras[0].find('='));
    throw UsageError(text(command_, ": there is no option \"", word, "\"", did_you_mean(word, names)));
}

CommandPage Arguments::page() const {
    CommandPage page{command_, parser_->app.get_description(), parser_->examples};
    for (const CLI::Option* option : parser_->app.get_options())
        page.options.push_back({option->get_positional() ? option->get_single_name() : "--" + option->get_single_name(),
                                option->get_type_size() == 0 ? "" : option->get_type_name(),
                                option->get_description()});
    return page;
}

std::string Arguments::help() const {
    const std::string& form = parser_->form;
    if (form == "config") return parser_->app.config_to_str();
    return form == "text" ? parser_->app.help() : page_as(form, page());
}

void require_given(const Arguments& arguments, const std::string& name, const std::string& text) {
    require<UsageError>(!text.empty(), arguments.command(), ": ", name, " is missing; see gradpath ",
                        arguments.command(), " --help");
}

}  // namespace gradpath::tools
