#include "report/strings.h"

namespace triptych::compare {

const std::map<std::string, Text>& strings() {
  static const std::map<std::string, Text> table = {
      // The page
      {"page.title", {"Three styles over one core", "一个内核，三种风格"}},
      {"page.what",
       {"The same models in the styles of TensorFlow's graphs, PyTorch and Keras, over one set of kernels. This "
        "measures "
        "the philosophies in one implementation, not the three products. Every number was measured in this run, but "
        "for "
        "the compiler's, which are from the program's build; every verdict follows from the numbers by the rule beside "
        "it.",
        "同样的模型，分别用 TensorFlow 计算图、PyTorch 和 Keras "
        "的风格写成，运行在同一套算子之上。这里比较的是同一个实现中的三种"
        "设计思想，而不是三个产品。除编译器的数字来自程序构建时之外，所有数字都在本次运行中测得，每个结论都由旁边写出的"
        "规则算出。"}},
      {"page.interrupted",
       {"This run was interrupted: the page shows what had been measured until then.",
        "本次运行被中断：本页只显示中断前测得的内容。"}},
      {"page.emulated",
       {"The GPU was emulated on the CPU, and every measurement cut to the smallest sizes: whether bits agree, kernel "
        "launches and memory are as on a GPU, times and accuracies are not.",
        "本次运行的 GPU 由 CPU 模拟，所有测量都缩到最小规模：各风格的数值是否逐位一致、内核启动次数和内存与真实 GPU "
        "相同，时间和准确率则不能代表真实 GPU。"}},
      {"page.verdicts", {"Verdicts", "结论"}},
      {"page.run", {"This run", "本次运行"}},
      {"word.lines", {"lines of code", "行代码"}},
      {"word.quartiles", {"(quartiles)", "（四分位数）"}},
      {"word.programs", {"The programs, side by side", "程序对照"}},
      {"word.glossary", {"Glossary", "术语表"}},
      {"word.yes", {"yes", "是"}},
      {"word.no", {"no", "否"}},
      {"job.train", {"training", "训练"}},
      {"job.batches", {"batch sizes", "批大小"}},
      {"job.sizes", {"model sizes", "模型大小"}},
      {"job.stream", {"streaming a file", "流式读取文件"}},
      {"job.facts", {"sources, mistakes, files", "源代码、错误、文件"}},
      {"job.done", {"done", "完成"}},
      {"detail.step", {"step {0}, loss {1}, {2} ms a step", "第 {0} 步，损失 {1}，每步 {2} 毫秒"}},
      {"detail.accuracy", {", accuracy {0} %", "，准确率 {0} %"}},
      {"detail.batch", {"batch {0}, {1} ms a step", "批大小 {0}，每步 {1} 毫秒"}},
      {"detail.size", {"{0} parameters, {1} ms a step", "{0} 个参数，每步 {1} 毫秒"}},
      {"detail.stream", {"{0} samples/s, peak {1} MB", "每秒 {0} 个样本，内存峰值 {1} MB"}},
      {"detail.signal", {"{0}: ended by signal {1}", "{0}：被信号 {1} 终止"}},
      {"detail.status", {"{0}: ended with status {1}", "{0}：以状态 {1} 结束"}},
      {"detail.onednn_unused",
       {"left out: oneDNN was not called with it switched on either",
        "略过：即使启用 oneDNN，它也没有被调用，两者是同样的代码"}},
      {"finding.held", {"held", "成立"}},
      {"finding.not_held", {"did not hold", "不成立"}},
      {"finding.untested", {"can't be tested here", "此处无法检验"}},
      {"reason.not_measured", {"Not measured in this run.", "本次运行没有测量。"}},
      {"reason.onednn_elsewhere",
       {"oneDNN computes on the CPU, and this run was on a GPU.", "oneDNN 在 CPU 上计算，而本次运行使用的是 GPU。"}},
      {"reason.onednn_unused",
       {"oneDNN was called 0 times in this run, though it was switched on: on this processor our own kernels do all "
        "the "
        "work either way, so there is nothing to compare. (They leave it the matrix products and convolutions of "
        "processors with AVX-512.)",
        "本次运行启用了 oneDNN，但它被调用了 0 "
        "次：在这个处理器上，无论是否启用，都由我们自己的算子完成全部计算，因此没有可比较的。"
        "（只有在带 AVX-512 的处理器上，矩阵乘法和卷积才会交给 oneDNN。）"}},
      {"reason.onednn_absent",
       {"This build has no oneDNN: our own kernels do all the work.",
        "本次构建不含 oneDNN：全部计算由我们自己的算子完成。"}},
      {"reason.popularity",
       {"How many people use something can't be measured by a program. What can: which files and tools of the home "
        "ecosystems work here.",
        "有多少人使用，程序无法测量。能测量的是：各自生态的哪些文件和工具在这里可用。"}},

      {"fact.date", {"Date", "日期"}},
      {"fact.processor", {"Processor", "处理器"}},
      {"fact.cores", {"Cores", "核心数"}},
      {"fact.memory_gb", {"Memory, GB", "内存（GB）"}},
      {"fact.system", {"System", "系统"}},
      {"fact.version", {"Triptych", "Triptych 版本"}},
      {"fact.build", {"Compiler and build", "编译器与构建"}},
      {"fact.threads", {"Threads", "线程数"}},
      {"fact.models", {"Models", "模型"}},
      {"fact.device", {"Device", "设备"}},
      {"fact.seed", {"Seed", "随机种子"}},
      {"fact.quick", {"Quick run (fewer samples and steps)", "快速模式（样本和步数较少）"}},
      {"fact.seconds", {"Duration, s", "用时（秒）"}},

      {"style.lowlevel", {"low level", "底层"}},
      {"style.eager", {"eager", "即时"}},
      {"style.keras", {"Keras", "Keras"}},
      {"style.keras_eager", {"Keras, eager engine", "Keras（即时引擎）"}},
      {"style.core", {"core", "内核"}},
      {"numerics.exact", {"exact", "精确"}},
      {"numerics.fast", {"fast", "快速"}},
      {"onednn.yes", {"with oneDNN", "使用 oneDNN"}},
      {"onednn.no", {"without oneDNN", "不用 oneDNN"}},
      {"onednn.unused", {"oneDNN never called", "oneDNN 未被调用"}},
      {"home.lowlevel", {"TensorFlow", "TensorFlow"}},
      {"home.eager", {"PyTorch", "PyTorch"}},
      {"home.keras", {"Keras", "Keras"}},
      {"home.all", {"all", "全部"}},
      {"result.works", {"works", "可用"}},
      {"result.fails", {"fails", "失败"}},
      {"result.absent", {"not tested: the tool is not installed here", "未检验：此处没有安装该工具"}},
      {"when.compile", {"when compiling", "编译时"}},
      {"when.build", {"when building the model", "构建模型时"}},
      {"when.first_step", {"at the first step", "第一步时"}},
      {"when.training", {"during training", "训练过程中"}},
      {"when.never", {"never", "从未"}},
      {"when.impossible", {"can't be made", "不可能出现"}},
      {"owner.session", {"the session", "会话（session）"}},
      {"owner.module", {"the module", "模块（module）"}},
      {"owner.layer", {"the layer", "层（layer）"}},
      {"shown_by.session",
       {"a step in one session changed its value of the variable, and not that of a second session of the same graph",
        "在一个会话中执行一步后，该会话中变量的值改变了，而同一计算图的另一个会话中的值没有变"}},
      {"shown_by.module",
       {"a step changed the tensor that is the module's member", "执行一步后，作为模块成员的张量改变了"}},
      {"shown_by.layer",
       {"a step changed what the layer's get_weights gives", "执行一步后，该层 get_weights 给出的值改变了"}},

      {"part.Head", {"Head", "开头"}},
      {"part.Data", {"Data", "数据"}},
      {"part.Model", {"Model", "模型"}},
      {"part.Loss_and_optimizer", {"Loss and optimizer", "损失与优化器"}},
      {"part.Training", {"Training", "训练"}},
      {"part.Evaluation", {"Evaluation", "评估"}},
      {"part.Weights", {"Weights", "权重"}},

      // The points
      {"point.training", {"The same training, three times", "同一训练，三种写法"}},
      {"intro.training",
       {"Each model is trained in full at exact numerics in each style, from one seed, each time in a process of its "
        "own; "
        "shorter runs follow at fast numerics. Step times are medians with quartiles over the steps after the first "
        "tenth; "
        "peak memory includes the data set.",
        "每个模型以同一随机种子、在精确数值模式下用每种风格完整训练一次，每次都在独立的进程中；随后是快速数值模式下的较"
        "短训练。"
        "每步时间是去掉前十分之一步之后的中位数和四分位数；内存峰值包含数据集。"}},
      {"point.architecture", {"Architecture", "架构"}},
      {"intro.architecture",
       {"How much code each style is, what is called and made between the user's line and the kernel, who owns the "
        "weights, and what a step takes as a perceptron (64-n-n-10, batch 32, Adam, exact) grows.",
        "每种风格有多少代码，从用户的一行到算子之间调用和创建了什么，权重归谁所有，以及多层感知机（64-n-n-10，批大小 "
        "32，Adam，"
        "精确模式）变大时每步需要多少时间。"}},
      {"point.speed", {"Speed", "速度"}},
      {"intro.speed",
       {"A step is: next batch, forward, backward, update, loss read back. In some steps a clock runs around each "
        "kernel; "
        "what such a step takes beyond the sum of its kernels is the framework's cost (the batch's assembly included).",
        "一步包括：取下一批数据、前向、反向、更新、读回损失。其中一些步骤会对每个算子计时；这样一步的总时间减去各算子时"
        "间之和，"
        "就是框架的开销（包括组装批数据）。"}},
      {"point.api_level", {"API level", "接口层次"}},
      {"intro.api_level",
       {"Concepts of each program, counted from its source and linked to the glossary; and the lines that five "
        "uncommon "
        "things take.",
        "从源代码统计每个程序用到的概念，并链接到术语表；以及五件不常见的事情所需的代码行数。"}},
      {"point.beginner", {"Beginner friendliness", "对初学者的友好程度"}},
      {"intro.beginner",
       {"Lines, concepts and compile time to the first trained model, and the size of the change for five edits, from "
        "sources that are built and run by the tests. What the compiler did is not of this run: its seconds (of the "
        "processor) and its messages were recorded when this program was built, by the compiler named above.",
        "得到第一个训练好的模型所需的行数、概念数和编译时间，以及五种修改的改动大小；源代码都由测试构建并运行。编译器的"
        "结果不"
        "是本次运行测得的：编译秒数（处理器时间）和编译信息是在构建本程序时用上面所列的编译器记录的。"}},
      {"point.debugging", {"Debugging", "调试"}},
      {"intro.debugging",
       {"Ten planted mistakes in each style: when they are caught, the message as the user sees it, and how many lines "
        "the "
        "line that it names is away from the guilty one.",
        "每种风格中故意放入十个错误：何时被发现，用户看到什么信息，信息指出的行离出错的行有多远。"}},
      {"point.popularity", {"Popularity", "流行程度"}},
      {"intro.popularity",
       {"Each row is a file of ours that went through a tool of a home ecosystem in this run, and back where that is "
        "possible.",
        "每一行都是本次运行中我们的一个文件经过某个生态的工具处理，并在可能时再读回来。"}},
      {"point.data_sets", {"Data sets", "数据集"}},
      {"intro.data_sets",
       {"A file of generated images, 1, 4 and 16 times as large as the memory that tensors may take, is streamed "
        "through "
        "each style for an epoch (a perceptron 784-64-64-10, batch 128), each time in a process of its own.",
        "生成一个图像文件，大小是张量可用内存的 1、4、16 倍，用每种风格流式读取并训练一个周期（多层感知机 "
        "784-64-64-10，批大小 128），"
        "每次都在独立的进程中。"}},

      // The claims
      {"claim.same_bits", {"The three styles compute the same bits", "三种风格算出的每一位都相同"}},
      {"rule.same_bits",
       {"Held if for every model, at exact, each style's losses equal the low level's in every bit at every step that "
        "both "
        "took, and so do the final weights of the full trainings.",
        "若每个模型在精确模式下，各风格与底层共有的每一步损失逐位相等，且完整训练后的权重也逐位相等，则成立。"}},
      {"measured.same_bits",
       {"{0} of {1} pairs of trainings bit-identical, over {2} steps.", "{1} 对训练中有 {0} 对逐位相同，共 {2} 步。"}},
      {"claim.reads_harder", {"PyTorch reads harder than Keras", "PyTorch 比 Keras 难读"}},
      {"rule.reads_harder",
       {"Held if in every compared program the eager one has more lines of code, and at least as many concepts, as the "
        "Keras one.",
        "若在每个被比较的程序中，即时风格的代码行数多于 Keras，且概念数不少于 Keras，则成立。"}},
      {"measured.reads_harder", {"So in {0} of {1} programs.", "{1} 个程序中有 {0} 个如此。"}},
      {"claim.lowlevel_on_big", {"Low level is faster on big models", "底层接口在大模型上更快"}},
      {"rule.lowlevel_on_big",
       {"Held if at the largest size the median step of the low level is at least 5 % below that of eager and of "
        "Keras, and "
        "the quartiles do not overlap.",
        "若在最大的模型上，底层风格每步时间的中位数比即时和 Keras 都低至少 5 %，且四分位区间不重叠，则成立。"}},
      {"measured.lowlevel_on_big",
       {"At {0} parameters a step takes {1} ms low level, {2} ms eager, {3} ms in Keras.",
        "参数量为 {0} 时，每步：底层 {1} 毫秒，即时 {2} 毫秒，Keras {3} 毫秒。"}},
      {"claim.keras_slowest", {"Keras is slowest", "Keras 最慢"}},
      {"rule.keras_slowest",
       {"Held if in more than half of the cases (model, numerics, batch size) the median step of Keras on its default "
        "engine is at least 5 % above those of both other styles, and the quartiles do not overlap.",
        "若在超过一半的情形（模型、数值模式、批大小）中，Keras 默认引擎每步时间的中位数比另外两种风格都高至少 5 "
        "%，且四分位区间"
        "不重叠，则成立。"}},
      {"measured.keras_slowest", {"Clearly slowest in {0} of {1} cases.", "{1} 种情形中有 {0} 种明显最慢。"}},
      {"claim.eager_overhead", {"Running at once costs more than running a graph", "即时执行比计算图开销大"}},
      {"rule.eager_overhead",
       {"Held if at batch 1 the framework's cost of an eager step is at least 5 % above that of a low-level one in "
        "every "
        "case, and the quartiles do not overlap.",
        "若批大小为 1 时，在每种情形中即时风格一步的框架开销都比底层高至少 5 %，且四分位区间不重叠，则成立。"}},
      {"measured.eager_overhead",
       {"So in {0} of {1} cases; on average {2} ms low level and {3} ms eager.",
        "{1} 种情形中有 {0} 种如此；平均底层 {2} 毫秒，即时 {3} 毫秒。"}},
      {"claim.onednn_faster", {"oneDNN is faster than kernels of one's own", "oneDNN 比自己写的算子快"}},
      {"rule.onednn_faster",
       {"Held if in more than half of the cases (model, style, batch size; exact) the median step with oneDNN is at "
        "least 5 % below that without, and the quartiles do not overlap. Can't be tested where no step called oneDNN.",
        "若在超过一半的情形（模型、风格、批大小；精确模式）中，使用 oneDNN 时每步时间的中位数比不用时低至少 5 "
        "%，且四分位区间不重叠，则成立。若没有任何一步调用 oneDNN，则无法检验。"}},
      {"measured.onednn_faster",
       {"Clearly faster with oneDNN in {0} of {1} cases.", "{1} 种情形中有 {0} 种使用 oneDNN 明显更快。"}},
      {"claim.keras_high_level",
       {"Keras is high level and runs on several back ends", "Keras 是高层接口，可用多种后端"}},
      {"rule.keras_high_level",
       {"Held if the Keras program uses the fewest concepts for every model, and one and the same program gives the "
        "same "
        "losses on both of its engines.",
        "若每个模型的 Keras 程序用到的概念最少，且同一个程序在两个引擎上给出相同的损失，则成立。"}},
      {"measured.keras_high_level",
       {"Fewest concepts in {0} of {1} programs; same losses on both engines for {2} of {3} models.",
        "{1} 个程序中有 {0} 个概念最少；{3} 个模型中有 {2} 个在两个引擎上损失相同。"}},
      {"claim.eager_arrays", {"PyTorch is array expressions", "PyTorch 就是数组表达式"}},
      {"rule.eager_arrays",
       {"Held if the five uncommon things, which need such expressions, together take the fewest lines in eager style.",
        "五件不常见的事情都需要这样的表达式；若即时风格所需的总行数最少，则成立。"}},
      {"measured.eager_arrays",
       {"{0} lines eager, {1} low level, {2} in Keras.", "即时 {0} 行，底层 {1} 行，Keras {2} 行。"}},
      {"claim.lowlevel_both", {"TensorFlow has both levels", "TensorFlow 两种层次都有"}},
      {"rule.lowlevel_both",
       {"Held if every uncommon thing can be written low level, and Keras' programs on the graph engine compute bit by "
        "bit "
        "what the low-level programs compute.",
        "若每件不常见的事情都能用底层写出，且 Keras 程序在图引擎上与底层程序逐位算出相同结果，则成立。"}},
      {"measured.lowlevel_both",
       {"{0} of {1} uncommon things low level; {2} of {3} models the same in Keras.",
        "{1} 件不常见的事情中有 {0} 件能用底层写出；{3} 个模型中有 {2} 个与 Keras 相同。"}},
      {"claim.keras_lego", {"Keras is Lego", "Keras 像乐高积木"}},
      {"rule.keras_lego",
       {"Held if Keras takes the fewest lines to the first trained model, and the fewest added and removed lines over "
        "the five edits.",
        "若 Keras 得到第一个训练好的模型所需行数最少，且五种修改的增删行数之和最少，则成立。"}},
      {"measured.keras_lego",
       {"First model: {0} lines in Keras, {1} eager, {2} low level. Edits: {3} lines in Keras, {4} eager, {5} low "
        "level.",
        "第一个模型：Keras {0} 行，即时 {1} 行，底层 {2} 行。五种修改：Keras {3} 行，即时 {4} 行，底层 {5} 行。"}},
      {"claim.eager_easiest", {"PyTorch is easiest to debug", "PyTorch 最容易调试"}},
      {"rule.eager_easiest",
       {"A mistake counts as well reported if it is caught by the end of the first step with a message that names the "
        "guilty line or one next to it. Held if the share of well reported ones, of those that can be made in the "
        "style, "
        "is largest in eager style.",
        "若错误在第一步结束前被发现，且信息指出出错的行或相邻的行，就算报告良好。若在该风格可能出现的错误中，报告良好的"
        "比例以即时"
        "风格为最高，则成立。"}},
      {"measured.eager_easiest",
       {"Well reported: {2} of {3} eager, {0} of {1} low level, {4} of {5} in Keras.",
        "报告良好：即时 {2}/{3}，底层 {0}/{1}，Keras {4}/{5}。"}},
      {"claim.keras_hidden", {"Keras hides mistakes behind its layers", "Keras 的层把错误藏了起来"}},
      {"rule.keras_hidden",
       {"Held if the share of well reported mistakes (as above) is smaller in Keras than in eager style.",
        "若报告良好（同上）的比例 Keras 低于即时风格，则成立。"}},
      {"measured.keras_hidden", {"{4} of {5} in Keras, {2} of {3} eager.", "Keras {4}/{5}，即时 {2}/{3}。"}},
      {"claim.lowlevel_hard", {"TensorFlow is hard to debug", "TensorFlow 很难调试"}},
      {"rule.lowlevel_hard",
       {"Held if the share of well reported mistakes (as above) is smallest in low-level style.",
        "若报告良好（同上）的比例以底层风格为最低，则成立。"}},
      {"measured.lowlevel_hard",
       {"{0} of {1} low level, {2} of {3} eager, {4} of {5} in Keras.", "底层 {0}/{1}，即时 {2}/{3}，Keras {4}/{5}。"}},
      {"claim.popularity", {"PyTorch and Keras are the most popular", "PyTorch 和 Keras 最流行"}},
      {"rule.popularity", {"None: no measurement of this program bears on it.", "无：本程序的任何测量都与此无关。"}},
      {"measured.popularity", {"", ""}},
      {"claim.keras_small_data", {"Keras suits small data only", "Keras 只适合小数据"}},
      {"rule.keras_small_data",
       {"Held if Keras fails on the largest file, or its peak memory there is more than 1.25 times that on the "
        "smallest "
        "one, or its rate there is less than half of the best style's.",
        "若 Keras 在最大的文件上失败，或其内存峰值超过在最小文件上的 1.25 倍，或其速度不到最快风格的一半，则成立。"}},
      {"measured.keras_small_data",
       {"From {0}x to {1}x the limit, peak memory of Keras goes from {2} to {3} MB; {4} samples/s, the best style {5}.",
        "文件从限额的 {0} 倍到 {1} 倍，Keras 的内存峰值从 {2} 到 {3} MB；每秒 {4} 个样本，最快的风格 {5}。"}},

      // Charts
      {"chart.loss", {"Loss during training", "训练中的损失"}},
      {"chart.sizes", {"Step time over model size", "每步时间与模型大小"}},
      {"chart.step_ms", {"Step time", "每步时间"}},
      {"chart.framework_ms", {"Framework's cost of a step", "每步的框架开销"}},
      {"chart.samples_per_second", {"Streaming rate", "流式读取速度"}},
      {"chart.peak_mb", {"Peak memory while streaming", "流式读取时的内存峰值"}},

      // Tables
      {"table.training", {"The trainings, each in a process of its own", "各次训练（各在独立进程中）"}},
      {"table.identity", {"The same bits at exact?", "精确模式下逐位相同吗？"}},
      {"table.loss", {"Losses (means of groups of neighbouring steps)", "损失（相邻若干步的平均）"}},
      {"table.sizes", {"Step time over model size", "每步时间与模型大小"}},
      {"table.folders", {"Lines of the library by folder", "各文件夹的代码行数"}},
      {"table.chains",
       {"From the user's line to the kernel: functions on the stack", "从用户的一行到算子：调用栈上的函数"}},
      {"table.objects", {"What one training step of the mlp makes", "mlp 训练一步创建的对象"}},
      {"table.owners", {"Who owns the weights", "权重归谁所有"}},
      {"table.batches", {"Steps at each batch size", "不同批大小下的每步时间"}},
      {"table.passes",
       {"What each graph pass did to the training step, low level", "各图优化步骤对训练步骤做了什么（底层）"}},
      {"table.plan", {"The compiled training step, low level", "编译后的训练步骤（底层）"}},
      {"table.concepts", {"Concepts used", "用到的概念"}},
      {"table.uncommon", {"Lines of code for five uncommon things", "五件不常见的事情所需的代码行数"}},
      {"table.uncommon_code", {"Their sources", "它们的源代码"}},
      {"table.first_model", {"To the first trained model", "得到第一个训练好的模型"}},
      {"table.edits", {"Lines that change for five edits", "五种修改的改动行数"}},
      {"table.diffs", {"The edits", "改动内容"}},
      {"table.caught", {"Mistakes by style", "各风格的错误"}},
      {"table.mistakes", {"The mistakes and what the user sees", "各个错误以及用户看到的信息"}},
      {"table.checked",
       {"NaN, with what each style has for finding it switched on (not counted above)",
        "打开各风格的检查手段之后的 NaN（不计入上表）"}},
      {"table.mistake_code", {"Their sources", "它们的源代码"}},
      {"table.round_trips", {"Files and tools", "文件与工具"}},
      {"table.streams", {"Streaming", "流式读取"}},

      {"column.point", {"Point", "要点"}},
      {"column.claim", {"Claim", "说法"}},
      {"column.finding", {"Verdict", "结论"}},
      {"column.measured", {"Measured", "测得"}},
      {"column.rule", {"Rule", "规则"}},
      {"column.model", {"Model", "模型"}},
      {"column.style", {"Style", "风格"}},
      {"column.other_style", {"compared with", "与之比较"}},
      {"column.numerics", {"Numerics", "数值模式"}},
      {"column.onednn", {"oneDNN", "oneDNN"}},
      {"column.steps", {"Steps", "步数"}},
      {"column.steps_compared", {"Steps compared", "比较的步数"}},
      {"column.same_losses", {"Losses bit-identical", "损失逐位相同"}},
      {"column.same_weights", {"Final weights bit-identical", "最终权重逐位相同"}},
      {"column.step", {"Step", "步"}},
      {"column.loss", {"Loss", "损失"}},
      {"column.last_loss", {"Last loss", "最后的损失"}},
      {"column.step_ms", {"Step, ms", "每步（毫秒）"}},
      {"column.step_ms_low", {"quarter below", "下四分位"}},
      {"column.step_ms_high", {"quarter above", "上四分位"}},
      {"column.first_step_ms", {"First step, ms", "第一步（毫秒）"}},
      {"column.kernel_ms", {"Sum of kernels, ms", "算子合计（毫秒）"}},
      {"column.framework_ms", {"Framework, ms", "框架（毫秒）"}},
      {"column.framework_ms_low", {"quarter below", "下四分位"}},
      {"column.framework_ms_high", {"quarter above", "上四分位"}},
      {"column.peak_mb", {"Peak memory, MB", "内存峰值（MB）"}},
      {"column.tensor_mb", {"of it tensors, MB", "其中张量（MB）"}},
      {"column.launches", {"Kernel launches per step", "每步算子调用数"}},
      {"column.onednn_calls", {"Calls of oneDNN", "oneDNN 调用数"}},
      {"column.allocations", {"Allocations per step", "每步分配数"}},
      {"column.accuracy", {"Test accuracy, %", "测试准确率（%）"}},
      {"column.parameters", {"Parameters", "参数量"}},
      {"column.batch", {"Batch size", "批大小"}},
      {"column.pass", {"Pass", "优化步骤"}},
      {"column.nodes_before", {"Nodes before", "之前的节点数"}},
      {"column.nodes_after", {"Nodes after", "之后的节点数"}},
      {"column.rewrites", {"Nodes removed or replaced", "移除或替换的节点数"}},
      {"column.kernel_calls", {"Kernel calls", "算子调用数"}},
      {"column.views", {"Views", "视图"}},
      {"column.copies", {"Copies", "拷贝"}},
      {"column.arena_mb", {"Planned memory, MB", "规划的内存（MB）"}},
      {"column.unplanned_mb", {"Without the plan, MB", "若不规划（MB）"}},
      {"column.folder", {"Folder", "文件夹"}},
      {"column.files", {"Files", "文件数"}},
      {"column.lines", {"Lines", "行数"}},
      {"column.code_lines", {"Lines of code", "代码行数"}},
      {"column.user_line", {"The user's line", "用户的一行"}},
      {"column.calls", {"Calls", "调用数"}},
      {"column.functions", {"Functions, outermost first", "函数（由外到内）"}},
      {"column.tensors", {"Tensors", "张量"}},
      {"column.nodes", {"Nodes", "节点"}},
      {"column.owner", {"Owner", "所有者"}},
      {"column.shown_by", {"Tried out", "试验"}},
      {"column.seen", {"It was so", "确实如此"}},
      {"column.concepts", {"Concepts", "概念数"}},
      {"column.concept_names", {"Which", "哪些"}},
      {"column.thing", {"Thing", "事情"}},
      {"column.lowlevel_lines", {"low level", "底层"}},
      {"column.eager_lines", {"eager", "即时"}},
      {"column.keras_lines", {"Keras", "Keras"}},
      {"column.file", {"File", "文件"}},
      {"column.code", {"Source", "源代码"}},
      {"column.compile_seconds", {"Compile time at build, s", "构建时的编译时间（秒）"}},
      {"column.edit", {"Edit", "修改"}},
      {"column.added", {"Lines added", "增加的行"}},
      {"column.removed", {"Lines removed", "删除的行"}},
      {"column.diff", {"Change", "改动"}},
      {"column.mistake", {"Mistake", "错误"}},
      {"column.mistakes", {"Mistakes", "错误数"}},
      {"column.caught", {"Caught", "被发现"}},
      {"column.near", {"Well reported", "报告良好"}},
      {"column.when", {"Caught", "何时发现"}},
      {"column.distance", {"Lines from the guilty one", "与出错行的距离"}},
      {"column.message", {"What the user sees", "用户看到的信息"}},
      {"column.note", {"Note", "说明"}},
      {"column.guilty_line", {"Guilty line", "出错的行"}},
      {"column.home", {"Home", "生态"}},
      {"column.format", {"File", "文件"}},
      {"column.tool", {"Tool", "工具"}},
      {"column.result", {"Result", "结果"}},
      {"column.detail", {"What was done", "做了什么"}},
      {"column.multiple", {"File, times the limit", "文件大小（限额的倍数）"}},
      {"column.file_mb", {"File, MB", "文件（MB）"}},
      {"column.limit_mb", {"Memory for tensors, MB", "张量可用内存（MB）"}},
      {"column.samples_per_second", {"Samples per second", "每秒样本数"}},
      {"column.ended", {"Ended", "结果"}},
  };
  return table;
}

}  // namespace triptych::compare
